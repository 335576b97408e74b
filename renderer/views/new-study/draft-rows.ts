// The rows of a study while they are composed: methods, and ablations of one method, with names that differ.
import { METHODS, type Method } from '../../../contract/methods.ts'

export interface DraftRow {
  name: string
  method: Method
  /** key=value, blanks between them. */
  set: string
  /** Those of the study where it is empty. */
  seeds: string
}

/** @example 'mutual-plus' for mutual+ */
const rowName = (method: Method): string => method.replaceAll('+', '-plus')

export function freeRowName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted
  let number = 2
  while (taken.includes(`${wanted}-${number}`)) number += 1
  return `${wanted}-${number}`
}

export const rowsOf = (methods: readonly Method[]): DraftRow[] =>
  methods.map((method) => ({ name: rowName(method), method, set: '', seeds: '' }))

export function addRow(rows: readonly DraftRow[], method: Method): DraftRow[] {
  const taken = rows.map(({ name }) => name)
  return [...rows, { name: freeRowName(rowName(method), taken), method, set: '', seeds: '' }]
}

const ablations: readonly { name: string; off: readonly string[] }[] = [
  { name: 'no-terms', off: ['stage1.predictionDifference', 'stage1.featureDifference', 'stage2.predictionSimilarity', 'stage2.featureSimilarity'] }, // prettier-ignore
  { name: 'no-pd', off: ['stage1.predictionDifference'] },
  { name: 'no-fd', off: ['stage1.featureDifference'] },
  { name: 'no-ps', off: ['stage2.predictionSimilarity'] },
  { name: 'no-dfs', off: ['stage2.featureSimilarity'] },
]

/** The method with all its terms, then with one term off at a time; the first is what the others are compared with. */
export const ablationRows = (method: Method): DraftRow[] => [
  { name: 'full', method, set: '', seeds: '' },
  ...ablations.map(({ name, off }) => ({
    name,
    method,
    set: off.map((term) => `${term}.enabled=off`).join(' '),
    seeds: '',
  })),
]

/** Methods with both stages: those have terms to switch off. */
export const hasTerms = (method: Method): boolean => METHODS[method].stages.endsWith('1,2')

/** @returns null when it is no list of whole numbers */
export function parseSeeds(text: string): number[] | null {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const seeds = parts.map(Number)
  const good = seeds.length > 0 && seeds.every((seed) => Number.isInteger(seed) && seed >= 0)
  return good ? [...new Set(seeds)] : null
}
