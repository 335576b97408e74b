// How a cell of the matrix is told without colour: a letter for its main state.
import type { MatrixCell } from '../../../contract/matrix.ts'

export type CellState = keyof MatrixCell
export const stateWords: Record<CellState, readonly [letter: string, word: string, about: string]> = {
  labelled: ['L', 'Labelled', 'delineated and completely in view'],
  cut: ['C', 'Cut', 'delineated, cut by the field of view'],
  merged: ['M', 'Merged', 'inside a label that covers several organs'],
  absent: ['A', 'Absent', 'looked for, and no voxel of it'],
  unlabelled: ['–', 'Unlabelled', 'nobody looked for it: never background'],
}
export const cellStates = Object.keys(stateWords) as CellState[]

/** The state of most cases. */
export const mainState = (cell: MatrixCell): CellState =>
  cellStates.reduce((best, state) => (cell[state] > cell[best] ? state : best))

/** @example '12 labelled, 4 cut' */
export const describeCell = (cell: MatrixCell): string =>
  cellStates
    .filter((state) => cell[state] > 0)
    .map((state) => `${cell[state]} ${state}`)
    .join(', ')
