// The datasets of a run, and whatever its models are asked about, have the same image channels in the same order: a network
// cannot know that a T2 lies where it has seen T1.
import { listChannels, sameChannels, type Channel } from '../../../contract/channel.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'

interface HasChannels {
  readonly name: string
  readonly channels: readonly Channel[]
}

/** @throws OrganMosaicError invalid-data that names what differs, and what to do */
export function refuseMixedChannels(datasets: readonly HasChannels[]): void {
  const [first] = datasets
  const other = datasets.find(({ channels }) => !sameChannels(first.channels, channels))
  if (other === undefined) return
  throw new OrganMosaicError(
    'invalid-data',
    `The datasets of a run need the same channels in the same order: ${first.name} has ${listChannels(first.channels)}, ` +
      `and ${other.name} has ${listChannels(other.channels)}. ${adviceOn(first, other)}`,
  )
}

/** @param trained a dataset that the run was trained on. @throws OrganMosaicError invalid-data */
export function refuseOtherChannels(run: string, trained: Pick<HasChannels, 'channels'>, asked: HasChannels): void {
  if (sameChannels(trained.channels, asked.channels)) return
  throw new OrganMosaicError(
    'invalid-data',
    `The models of run ${run} take the channels ${listChannels(trained.channels)}, and ${asked.name} has ` +
      `${listChannels(asked.channels)}. ${adviceOn({ name: run, ...trained }, asked)}`,
  )
}

function adviceOn(first: HasChannels, other: HasChannels): string {
  const names = ({ channels }: HasChannels): string[] => channels.map(({ name }) => name)
  const key = (name: string): string => name.toLowerCase()
  const has = (some: HasChannels, name: string): boolean => names(some).map(key).includes(key(name))
  const missing = names(first).filter((name) => !has(other, name))
  const wanted = names(first).join(',')
  if (missing.length === 0) return `Register ${other.name} again with --channels ${wanted}.`
  if (first.channels.length === other.channels.length) {
    return `If they are the same kinds of images, name them alike: register ${other.name} again with --channels ${wanted}.`
  }
  const shared = names(first).filter((name) => has(other, name))
  const instead = shared.length > 0 ? `, or use what both have: register both with --channels ${shared.join(',')}` : ''
  return `Add the images of ${missing.join(', ')} to ${other.name}${instead}.`
}
