// Names that no other layout knows: a person says by two patterns which files are images and which are labels.
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { LabelSource } from '../../../../contract/case.ts'
import type { FolderReading } from '../../../../contract/dataset.ts'
import type { FolderListing } from '../list-folder.ts'
import { ambiguity, stemOf } from './case-files.ts'
import { modalityOf, namedChannel, oneChannel, type FoundCase, type LayoutMatch } from './layout.ts'

type Patterns = NonNullable<FolderReading['patterns']>
type Fields = Record<string, string>

/**
 * @param patterns such as 'scans/{case}.nii.gz' and 'contours/{case}/{organ}.nii.gz'; {channel} in that of the images for
 *   several a case, * for anything within a name
 * @throws OrganMosaicError usage for a pattern without {case}, invalid-data when it fits no file
 */
export function matchPatterns(folder: FolderListing, { images, labels }: Patterns): LayoutMatch {
  const scans = fitting(folder, images)
  const marks = fitting(folder, labels)
  const byCase = Map.groupBy(scans, ({ fields }) => fields['case'])
  const marksByCase = Map.groupBy(marks, ({ fields }) => fields['case'])
  const channels = [...new Set(scans.flatMap(({ fields }) => fields['channel'] ?? []))].sort()
  const cases = [...new Set([...byCase.keys(), ...marksByCase.keys()])].map((id): FoundCase => {
    const own = byCase.get(id) ?? []
    const images = Map.groupBy(own, ({ fields }) => fields['channel'] ?? '')
    const marked = Map.groupBy(marksByCase.get(id) ?? [], ({ fields }) => fields['organ'])
    const patient = own[0]?.fields['patient']
    return {
      id,
      images: (channels.length > 0 ? channels : ['']).map((channel) => images.get(channel)?.[0]?.path ?? null),
      labels: [...marked].map(([organ, [{ path }]]) => sourceOf(path, organ)),
      problems: [
        ...[...images.values()].flatMap((same) => ambiguity(id, 'image', same.map(pathIn))),
        ...[...marked.values()].flatMap((same) => ambiguity(id, 'label', same.map(pathIn))),
      ],
      ...(patient === undefined ? {} : { patient }),
    }
  })
  const organs = [...new Set(marks.flatMap(({ fields }) => fields['organ'] ?? []))].sort()
  return {
    layout: 'pattern',
    reason: `images as ${images}, labels as ${labels}`,
    title: null,
    channels: channels.length > 0 ? channels.map(namedChannel) : oneChannel(modalityOf(stemOf(scans[0].path))),
    labels: organs.length === 0 ? null : organs.map((key) => ({ key, sourceName: key })),
    cases,
  }
}

const sourceOf = (path: string, organ: string | undefined): LabelSource =>
  organ === undefined ? { kind: 'map', path } : { kind: 'mask', path, labelKey: organ }

const pathIn = ({ path }: { path: string }): string => path

function fitting({ files, root }: FolderListing, pattern: string): { path: string; fields: Fields }[] {
  const expression = expressionOf(pattern)
  const found = files.flatMap((path) => {
    const fields = expression.exec(path)?.groups
    return fields ? [{ path, fields: { ...fields } as Fields }] : []
  })
  if (found.length > 0) return found
  throw new OrganMosaicError(
    'invalid-data',
    `No file of ${root} fits the pattern ${pattern}; its files are called ${files.slice(0, 3).join(', ') || 'nothing'} ... Write {case} where the name of the case stands, {organ} where that of an organ does, {channel} where that of a channel does, * for anything else.`,
  )
}

/** @throws OrganMosaicError usage */
function expressionOf(pattern: string): RegExp {
  const seen = new Set<string>()
  const parts = pattern.replace(/^\.?\//, '').split(/(\{\w+\}|\*)/)
  const expression = parts.map((part) => {
    if (part === '*') return '[^/]*'
    const name = /^\{(case|organ|patient|channel)\}$/.exec(part)?.[1]
    if (name === undefined && /^\{\w+\}$/.test(part)) {
      throw new OrganMosaicError(
        'usage',
        `The pattern ${pattern} has ${part}; expected {case}, {channel}, {organ}, {patient} or *.`,
      )
    }
    if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    if (seen.has(name)) return `\\k<${name}>`
    seen.add(name)
    return `(?<${name}>[^/]+?)`
  })
  if (seen.has('case')) return new RegExp(`^${expression.join('')}$`)
  throw new OrganMosaicError(
    'usage',
    `The pattern ${pattern} has no {case}; write it where the name of the case stands.`,
  )
}
