// The rows of a manifest: which column means what, told by its name, and what cannot be understood, line by line.
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { parseNumberedTable } from '../parse-table.ts'

export interface ManifestRow {
  /** In the file, from 1 */
  readonly line: number
  /** One a channel, in the order of the columns */
  readonly images: readonly string[]
  /** organ: where the column says what the file is */
  readonly labels: readonly { readonly path: string; readonly organ: string | null }[]
  readonly dataset: string
  readonly caseId: string
  readonly patient: string
  readonly split: '' | 'train' | 'test'
}

/** A column a channel: image_T1, image T2; one that only counts (image_1) has no name. */
const CHANNEL = /^(?:image|img)(?:_?path|_?file)?[_ ](.+)$/i
/** What tables say of images beside where they are. */
const NO_CHANNEL = /^(id|uid|name|date|time|type|size|shape|spacing|format|hash|count|no|nr|number|quality|path|file)$/i

const COLUMNS = {
  image: /^(image|img|scan|volume)(_?path|_?file)?$/i,
  dataset: /^(data_?set|site|source)$/i,
  caseId: /^(case|case_?id|id)$/i,
  patient: /^(patient|patient_?id|subject|subject_?id)$/i,
  split: /^(split|fold|subset)$/i,
  organ: /^(organ|structure|roi|name)$/i,
}
const LABEL = /^(label|mask|seg|segmentation)(_?path|_?file)?(?:[_ ](.+))?$/i
const SPLITS: Record<string, ManifestRow['split']> = {
  ...{ '': '', train: 'train', training: 'train', tr: 'train', val: 'train', validation: 'train' },
  ...{ test: 'test', testing: 'test', ts: 'test' },
}
const MOST_PROBLEMS = 20

export interface Manifest {
  /** Of the image columns, in their order; null: a name that says nothing */
  readonly channels: readonly (string | null)[]
  readonly rows: readonly ManifestRow[]
}

/** The column image, as often as it is there; without one, the columns of channels. */
function imageColumns(header: readonly string[]): { at: number; name: string | null }[] {
  const [first] = header.filter((name) => COLUMNS.image.test(name))
  if (first !== undefined) {
    const same = header.flatMap((name, at) => (name.toLowerCase() === first.toLowerCase() ? [at] : []))
    return same.map((at) => ({ at, name: null }))
  }
  return header.flatMap((title, at) => {
    const name = CHANNEL.exec(title)?.[1]
    return name === undefined || NO_CHANNEL.test(name) ? [] : [{ at, name: /^\d+$/.test(name) ? null : name }]
  })
}

/**
 * @returns null for a table without the columns image and label
 * @throws OrganMosaicError invalid-data that names every line that cannot be understood
 */
export function readManifest(text: string, path: string): Manifest | null {
  const [header, ...body] = parseNumberedTable(text)
  if (!header) return null
  const columnOf = (pattern: RegExp): number => header.cells.findIndex((name) => pattern.test(name))
  const labelColumns = header.cells.flatMap((name, at) => {
    const found = LABEL.exec(name)
    return found ? [{ at, organ: found[3] === undefined || /^\d+$/.test(found[3]) ? null : found[3] }] : []
  })
  const channels = imageColumns(header.cells)
  if (channels.length === 0 || labelColumns.length === 0) return null
  const problems: string[] = []
  const rows = body.map(({ line, cells }): ManifestRow => {
    const cell = (pattern: RegExp): string => cells[columnOf(pattern)] ?? ''
    const split = SPLITS[cell(COLUMNS.split).toLowerCase()]
    if (cells.length > header.cells.length) {
      problems.push(`line ${line} has ${cells.length} cells, the header ${header.cells.length}`)
    } else if (channels.every(({ at }) => (cells[at] ?? '') === '')) problems.push(`line ${line} names no image`)
    if (split === undefined) {
      problems.push(`line ${line} is of the split "${cell(COLUMNS.split)}"; expected train, val or test`)
    }
    const organ = cell(COLUMNS.organ) || null
    return {
      line,
      images: channels.map(({ at }) => cells[at] ?? ''),
      labels: labelColumns
        .map((column) => ({ path: cells[column.at] ?? '', organ: column.organ ?? organ }))
        .filter((label) => label.path !== ''),
      dataset: cell(COLUMNS.dataset),
      caseId: cell(COLUMNS.caseId),
      patient: cell(COLUMNS.patient),
      split: split ?? '',
    }
  })
  if (problems.length === 0 && rows.length > 0) return { channels: channels.map(({ name }) => name), rows }
  const shown = problems.slice(0, MOST_PROBLEMS).join('; ')
  const more = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : ''
  throw new OrganMosaicError(
    'invalid-data',
    `${path}: ${rows.length === 0 ? 'there is no row below the header' : `${shown}${more}`}. Correct the table.`,
  )
}
