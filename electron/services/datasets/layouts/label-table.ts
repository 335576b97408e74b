// labels.csv: which value means which organ. Header, column order and separator are free.
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { parseTable } from '../parse-table.ts'
import type { FoundLabel } from './layout.ts'

const isInteger = (cell: string): boolean => /^-?\d+$/.test(cell)

/**
 * The value column is the first that holds integers in every row below the header, the name column the first other one.
 * @throws OrganMosaicError invalid-data, with the line, when that cannot be found or a value is named twice
 */
export function readLabelTable(text: string, path: string): FoundLabel[] {
  const rows = parseTable(text)
  const hasHeader = rows.length > 0 && !rows[0].some(isInteger)
  const body = hasHeader ? rows.slice(1) : rows
  const columns = body.length === 0 ? [] : [...body[0].keys()]
  const valueColumn = columns.find((column) => body.every((row) => isInteger(row[column] ?? '')))
  const nameColumn = columns.find((column) => column !== valueColumn)
  if (valueColumn === undefined || nameColumn === undefined) {
    const odd = body.findIndex((row) => !row.some(isInteger))
    const where = odd < 0 ? '' : `; row ${odd + (hasHeader ? 2 : 1)} is "${body[odd].join(',')}"`
    throw new OrganMosaicError(
      'invalid-data',
      `${path}: expected a column of integer values and one of names, such as "value,name" and "10,Mandible"${where}.`,
    )
  }
  const labels = body
    .map((row) => ({ key: String(Number(row[valueColumn])), sourceName: row[nameColumn] ?? '' }))
    .filter((label) => label.key !== '0')
  for (const [at, label] of labels.entries()) {
    const problem =
      label.sourceName === ''
        ? 'has no name'
        : labels.findIndex((other) => other.key === label.key) < at
          ? 'is named twice'
          : null
    if (problem)
      throw new OrganMosaicError('invalid-data', `${path}: the value ${label.key} ${problem}; correct the row.`)
  }
  return labels
}
