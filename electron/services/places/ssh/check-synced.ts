// Whether another machine can take copies: rsync on both sides, a folder to write to, the same OrganMosaic, and space.
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { formatBytes } from '../../../../contract/format-bytes.ts'
import type { PlaceFinding, SshPlace } from '../../../../contract/place.ts'
import { usableCases } from '../../datasets/availability.ts'
import { listDatasetNames, readDataset } from '../../workspace/dataset-store.ts'
import type { Workspace } from '../../workspace/open-workspace.ts'
import { versionFinding } from '../probe-place.ts'
import { askHost } from './ask-host.ts'
import { introduceScript } from './copy-there.ts'
import { ownRsyncProblem, rsyncProblem } from './rsync.ts'

const good = (message: string): PlaceFinding => ({ state: 'good', message })
const missing = (message: string): PlaceFinding => ({ state: 'missing', message })

interface Introduction {
  readonly machine: string
  readonly freeBytes: number
  readonly findings: readonly PlaceFinding[]
}

/** @throws OrganMosaicError `environment` with what is missing */
export async function requireReady(place: SshPlace): Promise<Introduction> {
  const own = await ownRsyncProblem(place)
  const found = own === null ? await introduce(place) : null
  const problem = own ?? (found === null ? `${place.host} cannot be reached with ssh.` : firstMissing(found))
  if (problem === null) return found!
  throw new OrganMosaicError('environment', `The run was not sent to ${place.name}. ${problem}`)
}

const firstMissing = ({ findings }: Introduction): string | null =>
  findings.find(({ state }) => state === 'missing')?.message ?? null

/** Null without a connection. */
async function introduce(place: SshPlace): Promise<Introduction | null> {
  const answer = await askHost(place, introduceScript(place))
  if (answer === null) return null
  const valueOf = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(answer.output)?.[1]?.trim() ?? ''
  const machine = valueOf('machine') || place.name
  const rsync = rsyncProblem(valueOf('rsync'), machine)
  const folder =
    valueOf('writable') === 'yes'
      ? good(`${machine} keeps copies in ${place.folder}.`)
      : missing(`${machine} cannot write to ${place.folder}. Make that folder there, or give the place another one.`)
  return {
    machine,
    freeBytes: Number(valueOf('free') || 0) * 1024,
    findings: [
      rsync === null ? good(`${machine} has ${valueOf('rsync').replace(/\s+/g, ' ')}.`) : missing(rsync),
      folder,
      versionFinding(machine, valueOf('version'), place),
    ],
  }
}

/** After ssh itself was found good. */
export async function checkSynced(place: SshPlace, workspace: Workspace): Promise<PlaceFinding[]> {
  const own = await ownRsyncProblem(place)
  if (own !== null) return [missing(own)]
  const found = await introduce(place)
  if (found === null) return [missing(`${place.host} went away while it was asked; check again.`)]
  if (firstMissing(found) !== null) return [...found.findings]
  return [...found.findings, spaceFinding(place, found, workspace)]
}

/** All registered datasets at most: a run sends its own, and of those what is not there yet. */
function spaceFinding({ folder }: SshPlace, { machine, freeBytes }: Introduction, workspace: Workspace): PlaceFinding {
  const largest = bytesOfDatasets(workspace)
  const facts = `${machine} has ${formatBytes(freeBytes)} free in ${folder}; all training datasets of this workspace are about ${formatBytes(largest)} of voxels`
  return freeBytes < largest
    ? {
        state: 'unknown',
        message: `${facts}. What is there already is not sent again, and each run is measured before it is sent.`,
      }
    : good(`${facts}.`)
}

/** An image as 16 bit numbers, its labels as 8. */
function bytesOfDatasets(workspace: Workspace): number {
  const cases = listDatasetNames(workspace)
    .map((name) => readDataset(workspace, name))
    .filter(({ role }) => role === 'train')
    .flatMap(usableCases)
  return cases.reduce((sum, { geometry, images }) => {
    const voxels = geometry?.shape.reduce((product, size) => product * size, 1) ?? 0
    return sum + voxels * (2 * images.length + 1)
  }, 0)
}
