// The copies that another machine has: one folder a sending machine, in it every file under its own absolute path. And
// what is asked of that machine, as a few lines of shell.
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Control } from '../../../../contract/job.ts'
import type { SshPlace } from '../../../../contract/place.ts'
import { PLACE_FILE } from '../../../../trainer/job-folder/read-job-place.ts'
import { COPY_MARKER } from '../../../../trainer/job-folder/copy-root.ts'
import { placeCommand } from '../place-command.ts'
import { shellWord } from '../run-program.ts'
import { askHost } from './ask-host.ts'
import { COURIER_FILE, LIST_FILE } from './courier-file.ts'
import type { Transfer } from './rsync.ts'
import { worksOn } from './works-on.ts'

/** Which process works on a copy of a job folder, in it. */
const PID_FILE = 'courier.pid'

/** Where the copies of this machine lie there. */
export const copiesOf = ({ folder }: SshPlace): string => `${folder}/${hostname()}`

const explanation = (): string =>
  `OrganMosaic on ${hostname()} keeps copies here of what its runs need on this machine, each under its own path. Runs that are over are gone from here; preprocessed cases and images stay for the next run. While no run is on this machine, the whole folder may be deleted: what is needed again is sent again.`

/** Makes the folder, for this user alone, and says what is there. Lines of KEY=VALUE. */
export const introduceScript = (place: SshPlace): string => {
  const copies = shellWord(copiesOf(place))
  return [
    `mkdir -p ${copies} 2>&1 && chmod 700 ${copies} && printf '%s\\n' ${shellWord(explanation())} >${copies}/${COPY_MARKER} && echo writable=yes`,
    'echo "machine=$(hostname)"',
    'echo "rsync=$(rsync --version 2>&1 | head -n 1)"',
    `echo "free=$(df -Pk ${copies} 2>/dev/null | awk 'NR==2 {print $4}')"`,
    `echo "version=$(${placeCommand(place)} --version 2>&1 | tail -n 1)"`,
    '',
  ].join('\n')
}

const isAtWork = (folder: string): string => `pid=$(cat ${PID_FILE} 2>/dev/null) && ${worksOn(folder)}`

/** The answer to an earlier call may have been lost: what works already is named. */
const startScript = (place: SshPlace, folder: string): string =>
  [
    `cd ${shellWord(folder)} || exit 66`,
    `if ${isAtWork(folder)}; then echo "pid=$pid"; exit; fi`,
    `echo "=== started at $(date -u +%FT%TZ) on $(hostname)" >>trainer.log`,
    `nohup setsid ${placeCommand(place)} job ${shellWord(folder)} </dev/null >>trainer.log 2>&1 &`,
    `echo $! >${PID_FILE}`,
    'echo "pid=$!"',
    '',
  ].join('\n')

const lookScript = (away: string, folder: string, request: Control['request'] | null): string =>
  [
    // A disk that is not mounted at the moment is not a copy that somebody deleted.
    `[ -e ${shellWord(join(away, COPY_MARKER))} ] || { echo state=absent; exit; }`,
    `cd ${shellWord(folder)} || { echo state=gone; exit; }`,
    ...(request === null
      ? []
      : [`printf '%s\\n' ${shellWord(JSON.stringify({ request }))} >.control.new && mv .control.new control.json`]),
    `if ${isAtWork(folder)}; then echo state=running; else echo state=ended; fi`,
    '',
  ].join('\n')

/** The copy of one job folder there. */
export const jobThere = (away: string, folder: string): string => join(away, folder)

/** @param away the folder of the copies there */
export const sending = ({ host }: SshPlace, away: string, folder: string): Transfer => ({
  list: join(folder, LIST_FILE),
  from: '/',
  to: `${host}:${away}/`,
})

/** What says how the job goes: small, and wanted often. */
const WORDS = ['events.jsonl', 'heartbeat', 'process.json', 'trainer.log'].map((name) => `/${name}`)
const bringing = ({ host }: SshPlace, away: string, folder: string): Omit<Transfer, 'rules'> => ({
  from: `${host}:${jobThere(away, folder)}/`,
  to: `${folder}/`,
  toTheNanosecond: true,
})
export const bringingWords = (...job: Parameters<typeof bringing>): Transfer => ({
  ...bringing(...job),
  rules: [...WORDS.map((name) => `+ ${name}`), '- *'],
})
/** Copies of what is here, and what nobody asks for back. */
const NOT_BROUGHT = [
  'run.json',
  'control.json',
  'review.json',
  'events.reserve',
  PLACE_FILE,
  COURIER_FILE,
  LIST_FILE,
  PID_FILE,
]
/** What is complete, and not what is being written. */
const RESULTS = [...NOT_BROUGHT.map((name) => `- /${name}`), '- .*', '- /checkpoints/*.part[0-9]*']
/** The words come on their own: two transfers of one file would disturb each other. */
export const bringingResults = (...job: Parameters<typeof bringing>): Transfer => ({
  ...bringing(...job),
  rules: [...WORDS.map((name) => `- ${name}`), ...RESULTS],
})
export const bringingAll = (...job: Parameters<typeof bringing>): Transfer => ({ ...bringing(...job), rules: RESULTS })

/**
 * The copy of the job is made anew. Other runs stay; but a name may be given again, and what another run of the same name
 * left is removed.
 * @param runs that the job reads, with the time at which each was made
 * @returns the process that works on a copy of the job which this machine gave up; null when there is none
 */
export async function clearThere(
  place: SshPlace,
  folder: string,
  runs: readonly { readonly folder: string; readonly createdAt: string }[],
): Promise<string | null> {
  const there = jobThere(copiesOf(place), folder)
  const others = runs
    .map((run) => ({ copy: shellWord(jobThere(copiesOf(place), run.folder)), createdAt: run.createdAt }))
    .map(({ copy, createdAt }) => `grep -qsF ${shellWord(createdAt)} ${copy}/run.json || rm -rf -- ${copy}`)
  const script = [
    `if cd ${shellWord(there)} 2>/dev/null && ${isAtWork(there)}; then echo "busy=$pid"; exit; fi`,
    `cd / && rm -rf -- ${shellWord(there)}`,
    ...others,
    '',
  ].join('\n')
  return /^busy=(\d+)$/m.exec((await askHost(place, script))?.output ?? '')?.[1] ?? null
}

/** @returns the process id, or why there is none; null without a connection */
export async function startThere(place: SshPlace, there: string): Promise<{ pid: string; problem: string } | null> {
  const answer = await askHost(place, startScript(place, there))
  if (answer === null) return null
  const pid = /^pid=(\d+)$/m.exec(answer.output)?.[1] ?? ''
  return { pid, problem: pid === '' ? answer.problem || 'it does not find the copy of the job folder' : '' }
}

const StateThereSchema = z.enum(['running', 'ended', 'gone', 'absent'])
/** gone: there is no copy of the job. absent: there are no copies at all, as when their disk is not mounted. */
export type StateThere = z.infer<typeof StateThereSchema>

/** @param request passed on; null: nothing new @returns null without a connection */
export async function lookThere(
  place: SshPlace,
  away: string,
  folder: string,
  request: Control['request'] | null,
): Promise<StateThere | null> {
  const answer = await askHost(place, lookScript(away, jobThere(away, folder), request))
  return StateThereSchema.safeParse(/^state=(\w+)$/m.exec(answer?.output ?? '')?.[1]).data ?? null
}

export const removeThere = (place: SshPlace, there: string): Promise<unknown> =>
  askHost(place, `rm -rf -- ${shellWord(there)}\n`)
