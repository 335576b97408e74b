// The availability matrix: dataset x organ, summed up from case x organ, and what a person should know before training.
import type { Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import type { Matrix, MatrixCell } from '../../../contract/matrix.ts'
import type { OrganId } from '../../../contract/organ.ts'
import { stateOf, usableCases } from './availability.ts'
import { matrixNotes } from './matrix-notes.ts'

/**
 * Organs in order of first appearance; only cases in use are counted.
 * @param nameOf what a person calls an organ
 */
export function buildMatrix(datasets: readonly Dataset[], nameOf: (organ: OrganId) => string): Matrix {
  const organs = organsIn(datasets)
  const rows = datasets.map((dataset) => {
    const cases = usableCases(dataset)
    return { dataset: dataset.name, role: dataset.role, cases: cases.length, cells: matrixCells(organs, cases) }
  })
  const notes = matrixNotes(datasets, organs, nameOf)
  return { organs, rows, warnings: notes.map(({ message }) => message), notes }
}

/** In order of first appearance. */
export const organsIn = (datasets: readonly Pick<Dataset, 'labels'>[]): OrganId[] => [
  ...new Set(datasets.flatMap(({ labels }) => labels.flatMap((label) => label.organs))),
]

export const matrixCells = (organs: readonly OrganId[], cases: readonly Case[]): Record<OrganId, MatrixCell> =>
  Object.fromEntries(organs.map((organ) => [organ, countStates(organ, cases)]))

function countStates(organ: OrganId, cases: readonly Case[]): MatrixCell {
  const cell: MatrixCell = { labelled: 0, absent: 0, unlabelled: 0, merged: 0, cut: 0 }
  for (const each of cases) cell[stateOf(organ, each)]++
  return cell
}
