// Pipelines of a BIDS folder: each one's labels are a drawing of their own, and two drawings of one image are not one.
// One of them is read; the others are named, and can be chosen.
import type { FolderReading } from '../../../../contract/dataset.ts'
import type { Finding } from '../../../../contract/finding.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { createFinding } from '../create-finding.ts'
import type { BidsName } from './bids-names.ts'

export interface BidsPipelines {
  /** Of the pipeline that is read */
  readonly labels: readonly BidsName[]
  /** Whether a file beside the labels, such as a table of values, may speak of them */
  readonly holds: (path: string) => boolean
  /** All of them, the one first that is read where none is chosen; empty for a folder with one */
  readonly names: readonly string[]
  readonly notes: readonly Finding[]
}

/** @throws OrganMosaicError usage for a pipeline that is not there */
export function choosePipeline(labels: readonly BidsName[], { subset }: FolderReading, root: string): BidsPipelines {
  const nameOf = namePipelines(labels)
  const byName = Map.groupBy(labels, nameOf)
  const names = [...byName.keys()].sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
  const chosen = subset ?? names[0]
  const own = byName.get(chosen)
  if (!own) {
    throw new OrganMosaicError(
      'usage',
      `${root} has the pipelines ${names.join(', ')}, and "${chosen}" was chosen; choose one of them with --subset.`,
      { details: { subsets: names } },
    )
  }
  const folders = new Set(own.map(({ path }) => folderOf(path)))
  return {
    labels: own,
    holds: (path) => folderOf(path) === RAW || folders.has(folderOf(path)),
    names: names.length > 1 ? names : [],
    notes: names.length > 1 ? [otherPipelines(chosen, byName)] : [],
  }
}

/** Labels beside the images belong to no pipeline. */
const RAW = 'raw'

const folderOf = (path: string): string => /(?:^|\/)derivatives\/([^/]+)\//.exec(path)?.[1] ?? RAW

/**
 * The folder below derivatives, and what `desc` says where that folder holds the same label in several versions.
 * In a mask without the entity `label`, `desc` is the name of its organ.
 */
function namePipelines(labels: readonly BidsName[]): (label: BidsName) => string {
  const hasVersion = ({ suffix, entities }: BidsName): boolean => suffix === 'dseg' || entities['label'] !== undefined
  const versions = Map.groupBy(labels.filter(hasVersion), ({ path }) => folderOf(path))
  const several = new Set(
    [...versions].flatMap(([folder, own]) => {
      const drawings = new Set(own.map(withoutDesc))
      return drawings.size < own.length && own.some(({ entities }) => isManual(entities['desc'] ?? '')) ? [folder] : []
    }),
  )
  return (label) => {
    const folder = folderOf(label.path)
    const desc = label.entities['desc']
    return several.has(folder) && hasVersion(label) && desc !== undefined ? `${folder}/desc-${desc}` : folder
  }
}

const withoutDesc = ({ entities: { desc: _, ...others }, suffix }: BidsName): string =>
  JSON.stringify([Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)), suffix])

const isManual = (name: string): boolean => /(^|[^a-z])man(ual(ly)?)?([^a-z]|$)/i.test(name)

/** What a person drew goes first. */
const rankOf = (name: string): number => (isManual(name) ? 0 : 1)

function otherPipelines(chosen: string, byName: ReadonlyMap<string, readonly BidsName[]>): Finding {
  const others = [...byName].filter(([name]) => name !== chosen).map(([name, own]) => `${name} (${own.length} files)`)
  const message = `Labels of the pipeline ${chosen} are used; ${others.sort().join(', ')} ${others.length > 1 ? 'are' : 'is'} left out: two drawings of one image are not one. Choose another with --subset.`
  return createFinding('warning', 'ambiguous-file', message)
}
