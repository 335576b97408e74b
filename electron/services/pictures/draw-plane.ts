// One plane of a scan with organs painted over it, at one pixel size in mm along both axes.
// Volumes are in the canonical frame: depth to superior, height to posterior, width to left.
import type { Geometry } from '../../../contract/geometry.ts'
import { Canvas, type Colour } from './canvas.ts'

export type Plane = 'axial' | 'coronal' | 'sagittal'
export const PLANES: readonly Plane[] = ['axial', 'coronal', 'sagittal']

/** Array axes [across the plane, down the picture, along the picture's rows]. */
const AXES: Record<Plane, readonly [number, number, number]> = {
  axial: [0, 1, 2],
  coronal: [1, 0, 2],
  sagittal: [2, 0, 1],
}

/** First and one past the last voxel of each axis. */
export type Box = readonly [readonly [number, number], readonly [number, number], readonly [number, number]]

export interface View {
  readonly plane: Plane
  /** Voxel along the axis across the plane. */
  readonly slice: number
  readonly box: Box
  readonly pixelMm: number
}

/** @returns [columns, rows] in pixels */
export function planeSize({ plane, box, pixelMm }: View, { spacingMm }: Geometry): [number, number] {
  const [, down, along] = AXES[plane]
  const pixels = (axis: number) => Math.max(1, Math.round(((box[axis][1] - box[axis][0]) * spacingMm[axis]) / pixelMm))
  return [pixels(along), pixels(down)]
}

export interface Scan {
  readonly geometry: Geometry
  /** [V] intensities */
  readonly image: ArrayLike<number>
  /** Intensities shown black and white. */
  readonly window: readonly [number, number]
}

/**
 * @param labels [V] 0 background, n the n-th colour; null for the bare image
 * @param colours of the organs, from label 1
 */
export function drawPlane(
  scan: Scan,
  labels: ArrayLike<number> | null,
  colours: readonly Colour[],
  view: View,
): Canvas {
  const [columns, rows] = planeSize(view, scan.geometry)
  const canvas = new Canvas(columns, rows)
  const organs = new Uint8Array(columns * rows)
  const [low, high] = scan.window
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const corners = cornersAt(scan.geometry, view, x, y, columns, rows)
      const value = corners.reduce((sum, { voxel, weight }) => sum + weight * scan.image[voxel], 0)
      const grey = Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))))
      canvas.rgb.fill(grey, (y * columns + x) * 3, (y * columns + x) * 3 + 3)
      if (labels) organs[y * columns + x] = heaviest(corners, labels)
    }
  }
  paintOrgans(canvas, organs, colours)
  return canvas
}

interface Corner {
  readonly voxel: number
  readonly weight: number
}

/** The four voxels around a pixel's centre and their bilinear weights. Superior is up. */
function cornersAt(
  { shape }: Geometry,
  { plane, slice, box }: View,
  x: number,
  y: number,
  columns: number,
  rows: number,
): Corner[] {
  const [across, down, along] = AXES[plane]
  const strides = [shape[1] * shape[2], shape[2], 1]
  const place = (axis: number, share: number) => {
    const [from, to] = box[axis]
    const at = Math.min(to - 1, Math.max(from, from + share * (to - from) - 0.5))
    const first = Math.min(Math.floor(at), to - 1)
    return { first, second: Math.min(first + 1, to - 1), part: at - first }
  }
  const share = (y + 0.5) / rows
  const v = place(down, down === 0 ? 1 - share : share)
  const h = place(along, (x + 0.5) / columns)
  const voxel = (i: number, j: number) => slice * strides[across] + i * strides[down] + j * strides[along]
  return [
    { voxel: voxel(v.first, h.first), weight: (1 - v.part) * (1 - h.part) },
    { voxel: voxel(v.first, h.second), weight: (1 - v.part) * h.part },
    { voxel: voxel(v.second, h.first), weight: v.part * (1 - h.part) },
    { voxel: voxel(v.second, h.second), weight: v.part * h.part },
  ]
}

/** The label with the largest weight around a pixel: smooth borders that go through the voxels' own. */
function heaviest(corners: readonly Corner[], labels: ArrayLike<number>): number {
  let [best, most] = [0, 0]
  for (const { voxel } of corners) {
    const label = labels[voxel]
    let weight = 0
    for (const corner of corners) if (labels[corner.voxel] === label) weight += corner.weight
    if (weight > most) [best, most] = [label, weight]
  }
  return best
}

const FILL = 0.4

/** A translucent fill and an opaque outline. */
function paintOrgans({ width, height, rgb }: Canvas, organs: Uint8Array, colours: readonly Colour[]): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const organ = organs[y * width + x]
      if (organ === 0) continue
      const inside = (dx: number, dy: number) => {
        const [nx, ny] = [x + dx, y + dy]
        return nx >= 0 && ny >= 0 && nx < width && ny < height && organs[ny * width + nx] === organ
      }
      const opacity = inside(1, 0) && inside(-1, 0) && inside(0, 1) && inside(0, -1) ? FILL : 1
      const at = (y * width + x) * 3
      colours[organ - 1].forEach((part, channel) => {
        rgb[at + channel] = Math.round(opacity * part + (1 - opacity) * rgb[at + channel])
      })
    }
  }
}

/** The slice of a plane that shows the organs best: many of them, and each large. */
export function bestSlice(labels: ArrayLike<number>, { shape }: Geometry, plane: Plane): number {
  const [across] = AXES[plane]
  const stride = [shape[1] * shape[2], shape[2], 1][across]
  const counts = Array.from({ length: shape[across] }, () => new Map<number, number>())
  for (let v = 0; v < labels.length; v++) {
    if (labels[v] === 0) continue
    const slice = counts[Math.floor(v / stride) % shape[across]]
    slice.set(labels[v], (slice.get(labels[v]) ?? 0) + 1)
  }
  // Roots, so that a second organ is worth more than a larger first one.
  const scores = counts.map((slice) => [...slice.values()].reduce((sum, voxels) => sum + Math.sqrt(voxels), 0))
  return scores.indexOf(Math.max(...scores))
}

/** The smallest box around all labelled voxels and a margin; the whole volume without any. */
export function labelledBox(labels: ArrayLike<number>, { shape, spacingMm }: Geometry, marginMm: number): Box {
  const low = [...shape]
  const high = [0, 0, 0]
  for (let v = 0; v < labels.length; v++) {
    if (labels[v] === 0) continue
    const at = [Math.floor(v / (shape[1] * shape[2])), Math.floor(v / shape[2]) % shape[1], v % shape[2]]
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis], at[axis])
      high[axis] = Math.max(high[axis], at[axis] + 1)
    }
  }
  const range = (axis: number): [number, number] => {
    const margin = Math.round(marginMm / spacingMm[axis])
    if (high[axis] === 0) return [0, shape[axis]]
    return [Math.max(0, low[axis] - margin), Math.min(shape[axis], high[axis] + margin)]
  }
  return [range(0), range(1), range(2)]
}
