// Another machine, reached with the system's ssh: the trainer is a process there that needs no connection once it runs.
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { PlaceFinding, PlaceWord, SshPlace } from '../../../../contract/place.ts'
import { readJobPlace } from '../../../../trainer/job-folder/read-job-place.ts'
import { lastSeq } from '../../../../trainer/job-folder/read-journal.ts'
import { isAlive } from '../../jobs/job-state.ts'
import { requestControl } from '../../jobs/request-control.ts'
import type { Workspace } from '../../workspace/open-workspace.ts'
import { noteWord, writeJobPlace } from '../job-place.ts'
import type { PlaceWork } from '../place.ts'
import { placeCommand } from '../place-command.ts'
import { probeScript, readProbe } from '../probe-place.ts'
import { askProgram, shellWord } from '../run-program.ts'
import { askHost, SSH_OPTIONS } from './ask-host.ts'
import { checkSynced } from './check-synced.ts'
import { syncedPlace } from './synced-place.ts'
import { worksOn } from './works-on.ts'

const RUNNING: PlaceWord = { state: 'running', reason: '', position: null, startsAt: null, node: '' }

export const sshPlace = (place: SshPlace): PlaceWork => ({
  ...(place.folder === '' ? sharedPlace(place) : syncedPlace(place)),
  check: (workspace) => check(place, workspace),
})

/** The machine sees the same paths. */
const sharedPlace = (place: SshPlace): Omit<PlaceWork, 'check'> => ({
  async start(folders) {
    for (const folder of folders) await startThere(place, folder)
  },
  ask: (folder, request) => Promise.resolve(requestControl(folder, request)),
  look: (folders) => look(place, folders),
})

async function startThere(place: SshPlace, folder: string): Promise<void> {
  if (isAlive(folder)) {
    throw new OrganMosaicError('conflict', `A process is already working on ${folder}; wait for it or stop it first.`)
  }
  requestControl(folder, 'run')
  const answer = await askHost(place, startScript(place, folder))
  const pid = answer?.output.trim() ?? ''
  if (!/^\d+$/.test(pid)) {
    const why = answer === null ? 'it cannot be reached' : answer.problem || 'it does not see the job folder'
    throw new OrganMosaicError('environment', `The job could not be started on ${place.host} (${why}).`)
  }
  writeJobPlace(folder, { place, job: pid, afterSeq: lastSeq(folder), word: RUNNING })
}

const startScript = (place: SshPlace, folder: string): string =>
  [
    `cd ${shellWord(folder)} || exit 66`,
    `echo "=== started at $(date -u +%FT%TZ) on $(hostname)" >>trainer.log`,
    `nohup setsid ${placeCommand(place)} job ${shellWord(folder)} </dev/null >>trainer.log 2>&1 &`,
    'echo $!',
    '',
  ].join('\n')

/** One question for all. */
async function look(place: SshPlace, folders: readonly string[]): Promise<void> {
  const jobs = folders.map((folder) => ({ folder, pid: readJobPlace(folder)?.job ?? '0' }))
  const questions = jobs.map(({ folder, pid }) => `pid=${shellWord(pid)}; ${worksOn(folder)} && echo "$pid"`)
  const answer = await askHost(place, [...questions, 'echo asked', ''].join('\n'))
  const lines = answer?.output.split('\n') ?? []
  if (!lines.includes('asked')) return
  for (const { folder, pid } of jobs) noteWord(folder, { ...RUNNING, state: lines.includes(pid) ? 'running' : 'ended' })
}

async function check(place: SshPlace, workspace: Workspace): Promise<PlaceFinding[]> {
  const missing = (message: string): PlaceFinding[] => [{ state: 'missing', message }]
  const hello = await askProgram('ssh', [...SSH_OPTIONS, place.host, 'true']).catch(() => null)
  if (hello === null) return missing('There is no ssh on this machine; install the OpenSSH client.')
  if (hello.code !== 0) {
    return missing(
      `ssh does not reach ${place.host} without a password (${hello.problem || 'no answer'}). Make "ssh ${place.host}" work in a terminal first, with a key.`,
    )
  }
  const reached: PlaceFinding = { state: 'good', message: `ssh reaches ${place.host}.` }
  if (place.folder !== '') return [reached, ...(await checkSynced(place, workspace))]
  const answer = await askHost(place, probeScript(place, workspace))
  if (answer === null) return missing(`${place.host} went away while it was asked; check again.`)
  return [reached, ...readProbe(answer.output, place, workspace)]
}
