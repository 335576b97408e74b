// Label maps that nothing else explains may name their values themselves: NIfTI with a table of labels in its header.
import { join } from 'node:path'
import { readLabelTable, type NamedValue } from '../../../../trainer/imaging/nifti/read-label-table.ts'
import { createFinding } from '../create-finding.ts'
import { proposeColors } from './expand-segments.ts'
import type { LayoutMatch } from './layout.ts'

interface Said {
  readonly name: string
  readonly path: string
}

const MAY_HAVE_TABLE = /\.nii(\.gz)?$/i

/** The same match where values have names already, where no file names them, or where two files disagree. */
export async function nameValues(match: LayoutMatch, root: string): Promise<LayoutMatch> {
  if (match.labels !== null) return match
  const sources = match.cases.flatMap(({ labels }) => labels)
  const names = new Map<number, Said>()
  const colors = new Map(match.colors)
  for (const { kind, path } of sources) {
    if (kind !== 'map' || !MAY_HAVE_TABLE.test(path)) continue
    for (const { value, name, color } of await tableOf(join(root, path))) {
      const known = names.get(value)
      if (known && known.name !== name) {
        return { ...match, notes: [...(match.notes ?? []), disagreement(value, known, { name, path })] }
      }
      names.set(value, { name, path })
      proposeColors(colors, [{ name: String(value), color }])
    }
  }
  if (names.size === 0) return match
  const named = [...names]
    .sort(([a], [b]) => a - b)
    .map(([value, { name }]) => ({ key: String(value), sourceName: name }))
  const masks = new Set(sources.flatMap((source) => (source.kind === 'mask' ? source.labelKey : [])))
  return {
    ...match,
    colors,
    labels: [...named, ...[...masks].sort().map((key) => ({ key, sourceName: key }))],
    reason: `${match.reason}; the label maps name their values`,
  }
}

/** A file that cannot be opened has none: reading it says what is wrong. */
const tableOf = (path: string): Promise<NamedValue[]> => readLabelTable(path).catch(() => [])

const disagreement = (value: number, first: Said, second: Said) =>
  createFinding(
    'warning',
    'ambiguous-file',
    `${first.path} calls the value ${value} ${first.name}, ${second.path} calls it ${second.name}; the names in the label files are not used. Say in a labels.csv what the values mean.`,
  )
