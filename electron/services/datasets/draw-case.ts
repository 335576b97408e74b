// A small picture of a case: the axial slice that shows its labels best, each in its colour. For lists and dialogs.
import { join } from 'node:path'
import type { LabelSource } from '../../../contract/case.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { drawnOver } from '../../../contract/overlap-rule.ts'
import { canonicalTransform, reorient } from '../../../trainer/imaging/canonical.ts'
import { readImage } from '../../../trainer/imaging/read-image.ts'
import { percentiles } from '../../../trainer/imaging/statistics.ts'
import { readLabelSource } from '../../../trainer/imaging/treated/read-label-source.ts'
import { voxelCount, type Volume, type VoxelArray } from '../../../trainer/imaging/volume.ts'
import { parseColour } from '../pictures/canvas.ts'
import { bestSlice, drawPlane } from '../pictures/draw-plane.ts'
import { encodePng } from '../pictures/encode-png.ts'
import type { DrawJob } from './volume-jobs.ts'

const SOFT_TISSUE = [-160, 240] as const
/** Side of the square over that of what is seen. */
const MARGIN = 1.06
/** A row or column with fewer bright pixels holds noise. */
const SPECKS = 2

/**
 * @param threads that may decode the image at once
 * @returns a PNG; radiological view: anterior up, the patient's right on the left
 * @throws OrganMosaicError when the image cannot be read; a label that cannot is left out
 */
export async function drawCase(
  { root, image, labels, overlaps, colors, ct, size }: DrawJob,
  threads: number,
): Promise<Uint8Array> {
  const { volume } = await readImage(join(root, image), threads)
  const keys = Object.keys(colors).slice(0, 255)
  const marks = await readMarks(root, volume.geometry, labels, keys, drawnOver(overlaps ?? []))
  const transform = canonicalTransform(volume.geometry)
  const scan = reorient(volume, transform)
  const painted = reorient({ data: marks, geometry: volume.geometry }, transform)
  const { shape, spacingMm } = scan.geometry
  const labelled = painted.data.some((mark) => mark !== 0)
  const slice = labelled ? bestSlice(painted.data, scan.geometry, 'axial') : Math.floor(shape[0] / 2)
  const window = ct ? SOFT_TISSUE : windowOf(scan, slice)
  const [rows, columns] = squareAround(scan, painted.data, slice, window[0])
  const view = {
    plane: 'axial' as const,
    slice,
    box: [[0, shape[0]] as const, rows, columns] as const,
    pixelMm: Math.max((rows[1] - rows[0]) * spacingMm[1], (columns[1] - columns[0]) * spacingMm[2]) / size,
  }
  const shown = { geometry: scan.geometry, image: scan.data, window }
  const colours = keys.map((key) => parseColour(colors[key]))
  return encodePng(drawPlane(shown, labelled ? painted.data : null, colours, view))
}

type Span = readonly [first: number, end: number]

/**
 * What there is to see of a slice, a little around it, as a square: air and empty corners get no pixels.
 * @param black what is not above it is shown black
 * @returns of rows and columns, cut where the slice ends
 */
function squareAround(scan: Volume, marks: VoxelArray, slice: number, black: number): readonly [Span, Span] {
  const [, height, width] = scan.geometry.shape
  const [, rowMm, columnMm] = scan.geometry.spacingMm
  const [rows, columns] = [new Float64Array(height), new Float64Array(width)]
  for (let j = 0, at = slice * height * width; j < height; j++) {
    for (let i = 0; i < width; i++, at++) {
      if (!(scan.data[at] > black) && marks[at] === 0) continue
      rows[j]++
      columns[i]++
    }
  }
  const [top, bottom] = spanOf(rows)
  const [left, right] = spanOf(columns)
  const sideMm = MARGIN * Math.max((bottom - top) * rowMm, (right - left) * columnMm)
  const around = (first: number, end: number, mm: number, size: number): Span => {
    const [middle, half] = [(first + end) / 2, sideMm / mm / 2]
    return [Math.max(0, Math.floor(middle - half)), Math.min(size, Math.ceil(middle + half))]
  }
  return [around(top, bottom, rowMm, height), around(left, right, columnMm, width)]
}

/** From the first to behind the last of those that hold more than specks; all where none does. */
function spanOf(counts: Float64Array): Span {
  const first = counts.findIndex((count) => count > SPECKS)
  return first < 0 ? [0, counts.length] : [first, counts.findLastIndex((count) => count > SPECKS) + 1]
}

/** The slice's own range without its extremes. */
function windowOf({ data, geometry: { shape } }: Volume, slice: number): readonly [number, number] {
  const area = shape[1] * shape[2]
  const [low, high] = percentiles(data.subarray(slice * area, (slice + 1) * area), [0.01, 0.995])
  return high > low ? [low, high] : [low - 1, low + 1]
}

/** @returns [V] 0 for nothing, n for the n-th key; where masks overlap, the one that is drawn over the other, or the later one */
async function readMarks(
  root: string,
  geometry: Geometry,
  labels: readonly LabelSource[],
  keys: readonly string[],
  isOver: (key: string, other: string) => boolean,
): Promise<Uint8Array> {
  const marks = new Uint8Array(voxelCount(geometry.shape))
  const markOf = new Map(keys.map((key, at) => [key, at + 1]))
  const over = Uint8Array.from({ length: keys.length ** 2 }, (_, at) =>
    isOver(keys[Math.floor(at / keys.length)], keys[at % keys.length]) ? 1 : 0,
  )
  const hidden = (mark: number, present: number): boolean => over[(present - 1) * keys.length + mark - 1] === 1
  for (const source of labels) {
    const label = await readLabelSource(root, source, geometry).catch(() => null)
    if (!label || label.volume.data.length !== marks.length) continue
    paint(marks, label.volume.data, (value) => markOf.get(label.keyOf(value)) ?? 0, hidden)
  }
  return marks
}

/** A value is asked for once. */
function paint(
  marks: Uint8Array,
  data: VoxelArray,
  markOf: (value: number) => number,
  hidden: (mark: number, present: number) => boolean,
): void {
  const known = new Map<number, number>()
  for (let v = 0; v < data.length; v++) {
    if (Math.round(data[v]) === 0) continue
    let mark = known.get(data[v])
    if (mark === undefined) known.set(data[v], (mark = markOf(data[v])))
    if (mark !== 0 && (marks[v] === 0 || !hidden(mark, marks[v]))) marks[v] = mark
  }
}
