// Which channels a dataset has, after a layout found some and a person may have named them; and what a case lacks of them.
import type { FolderReading } from '../../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { volumeAddress } from '../../../../trainer/imaging/image-source.ts'
import { createFinding } from '../create-finding.ts'
import { modalityOf, type FoundCase, type FoundChannel, type LayoutMatch } from './layout.ts'

/**
 * Names that are all known choose among the channels and order them. Others name them anew; several names for the one
 * file a case make its volumes the channels.
 * @throws OrganMosaicError usage for names that do not fit
 */
export function chooseChannels(match: LayoutMatch, { channels: names, volume }: FolderReading): LayoutMatch {
  const found = match.channels
  if (names === undefined) return match
  const known = found.map(({ name }) => name?.toLowerCase() ?? null)
  const positions = names.map((name) => known.indexOf(name.toLowerCase()))
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) {
    throw new OrganMosaicError('usage', `The channels ${names.join(', ')} repeat a name; name each once.`)
  }
  if (positions.every((at) => at >= 0)) {
    const pick = <T>(list: readonly T[]): T[] => positions.map((at) => list[at])
    const channels = pick(found).map((channel, n) => ({ ...channel, name: names[n] }))
    return {
      ...match,
      channels,
      cases: match.cases.map((each) => ({ ...each, images: pick(each.images) })),
    }
  }
  const named = names.map((name, at) => ({ name, modality: modalityOf(name) ?? found[at]?.modality ?? null }))
  if (names.length === found.length) return { ...match, channels: named }
  if (found.length === 1 && volume === undefined) {
    return { ...match, channels: named, cases: match.cases.map((each) => withVolumes(each, names.length)) }
  }
  const has = found.length === 1 ? 'one channel' : `the ${found.length} channels ${describe(found)}`
  throw new OrganMosaicError(
    'usage',
    `The folder has ${has}, and the channels ${names.join(', ')} were chosen; choose among those that are there, or give each a name.`,
  )
}

const withVolumes = (found: FoundCase, count: number): FoundCase => {
  const [file = null] = found.images
  return { ...found, images: Array.from({ length: count }, (_, n) => file && volumeAddress(file, n + 1)) }
}

/** A case that has some channels and lacks others: it cannot be used, and this says which file is missing. */
export function noteMissingChannels(match: LayoutMatch): LayoutMatch {
  const cases = match.cases.map((found) => {
    const there = found.images.find((image) => image !== null)
    if (there === undefined || !found.images.includes(null)) return found
    const missing = match.channels.filter((_, at) => found.images[at] === null)
    const message = `Case ${found.id} has no image of channel ${describe(missing, match.channels)} beside ${there}; add it, or remove the case.`
    return {
      ...found,
      problems: [...found.problems, createFinding('error', 'missing-image', message, { caseId: found.id })],
    }
  })
  return { ...match, cases }
}

/** 'T1, T2'; without names '2, 3'. */
const describe = (some: readonly FoundChannel[], all = some): string =>
  some.map((channel) => channel.name ?? String(all.indexOf(channel) + 1)).join(', ')
