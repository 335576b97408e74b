// The three planes of a volume: which axes run where on the screen, in the radiological convention. The patient's right
// is on the left of axial and coronal slices, anterior on the left of sagittal ones, and superior on top.
import type { Geometry, Shape } from '../../contract/geometry.ts'
import { cutSlice } from './cut-slice.ts'
import type { StoredArray, Volume, Voxel } from './volume.ts'
import { shapeOf } from './volume.ts'

export type Plane = 'axial' | 'coronal' | 'sagittal'
export const PLANES: readonly Plane[] = ['axial', 'coronal', 'sagittal']

type Axis = 0 | 1 | 2

interface PlaneAxes {
  /** Axis that slices are counted along. */
  readonly across: Axis
  /** Axis that runs down the screen, against its own direction where upwards is true. */
  readonly rows: Axis
  readonly upwards: boolean
  /** Axis that runs to the right on the screen. */
  readonly columns: Axis
}

export const planeAxes: Readonly<Record<Plane, PlaneAxes>> = {
  axial: { across: 0, rows: 1, upwards: false, columns: 2 },
  coronal: { across: 1, rows: 0, upwards: true, columns: 2 },
  sagittal: { across: 2, rows: 0, upwards: true, columns: 1 },
}

export interface PlaneSize {
  readonly columns: number
  readonly rows: number
  readonly columnMm: number
  readonly rowMm: number
  readonly slices: number
}

export function planeSize({ shape, spacingMm }: Geometry, plane: Plane): PlaneSize {
  const { across, rows, columns } = planeAxes[plane]
  return {
    columns: shape[columns],
    rows: shape[rows],
    columnMm: spacingMm[columns],
    rowMm: spacingMm[rows],
    slices: shape[across],
  }
}

/** A place on a slice, in pixels from its upper left corner: the middle of the first pixel is (0.5, 0.5). */
export interface PixelPoint {
  readonly x: number
  readonly y: number
}

export function voxelToPixel(shape: Shape, plane: Plane, voxel: Voxel): PixelPoint {
  const { rows, upwards, columns } = planeAxes[plane]
  const row = upwards ? shape[rows] - 1 - voxel[rows] : voxel[rows]
  return { x: voxel[columns] + 0.5, y: row + 0.5 }
}

/** The voxel under a place on slice number `slice`; may lie outside of the volume. */
export function pixelToVoxel(shape: Shape, plane: Plane, slice: number, { x, y }: PixelPoint): Voxel {
  const { across, rows, upwards, columns } = planeAxes[plane]
  const voxel: [number, number, number] = [0, 0, 0]
  voxel[across] = slice
  voxel[columns] = Math.floor(x)
  voxel[rows] = upwards ? shape[rows] - 1 - Math.floor(y) : Math.floor(y)
  return voxel
}

export const clampVoxel = (shape: Shape, voxel: Voxel): Voxel => {
  const clamp = (axis: Axis): number => Math.min(shape[axis] - 1, Math.max(0, Math.round(voxel[axis])))
  return [clamp(0), clamp(1), clamp(2)]
}

/** @returns the pixels of a slice, row by row from the top; null while they are not there */
export function sliceOf(volume: Volume, plane: Plane, slice: number): StoredArray | null {
  const { across, upwards } = planeAxes[plane]
  if (volume.data) return cutSlice(volume.data, shapeOf(volume), plane, slice)
  if (volume.header.planes[across] !== slice) return null
  const { columns, rows } = planeSize(volume.header.geometry, plane)
  const stored = volume.planes[across]
  return upwards ? turnRows(stored, rows, columns) : stored
}

function turnRows(stored: StoredArray, rows: number, columns: number): StoredArray {
  const pixels = stored.slice()
  for (let row = 0; row < rows; row++) {
    pixels.set(stored.subarray((rows - 1 - row) * columns, (rows - row) * columns), row * columns)
  }
  return pixels
}

export interface EdgeLetters {
  readonly left: string
  readonly right: string
  readonly top: string
  readonly bottom: string
}

/** Which way the edges of a plane point in the patient, e.g. R, or RA where the scan is turned. */
export function edgeLetters({ direction }: Geometry, plane: Plane): EdgeLetters {
  const { rows, upwards, columns } = planeAxes[plane]
  const right = axisVector(direction, columns)
  const down = axisVector(direction, rows).map((value) => (upwards ? -value : value))
  const against = (vector: readonly number[]): number[] => vector.map((value) => -value)
  return {
    left: letters(against(right)),
    right: letters(right),
    top: letters(against(down)),
    bottom: letters(down),
  }
}

/** The LPS unit vector of an array axis; column 2 - axis of the direction. */
const axisVector = (direction: readonly number[], axis: Axis): number[] =>
  [0, 1, 2].map((coordinate) => direction[3 * coordinate + 2 - axis])

/** Components below this (15 degrees) are not worth a letter of their own. */
const MENTIONED = 0.26

function letters(vector: readonly number[]): string {
  const names = [
    ['L', 'R'],
    ['P', 'A'],
    ['S', 'I'],
  ]
  return vector
    .map((value, coordinate) => ({ size: Math.abs(value), letter: names[coordinate][value > 0 ? 0 : 1] }))
    .filter(({ size }) => size >= MENTIONED)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join('')
}
