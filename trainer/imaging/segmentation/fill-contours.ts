// Closed contours into voxels: even-odd, so that a contour inside another is a hole; a voxel is in when its centre is.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { pointToVoxel } from '../geometry.ts'
import { voxelCount } from '../volume.ts'
import type { Painted } from './segmentation.ts'

/** A closed contour in voxels, within its plane. */
interface Polygon {
  /** Where its plane crosses the normal axis, in slices */
  readonly at: number
  readonly u: Float64Array
  readonly v: Float64Array
}

/** Slices within which contours are in one plane. */
const SAME_PLANE = 0.05
/** Slices by which a contour may leave its plane. */
const FLAT = 0.25

/**
 * @param contours x, y, z in LPS millimetres, point after point
 * @param what the structure is called in messages
 * @param slabMm how thick each contour says it is; null where the file says nothing
 * @throws OrganMosaicError invalid-data for contours that do not lie in planes of the grid
 */
export function fillContours(
  contours: readonly Float64Array[],
  grid: Geometry,
  what: string,
  slabMm: number | null = null,
): Painted {
  const inVoxels = contours.map((points) => toVoxels(points, grid))
  const axis = normalAxis(inVoxels, what)
  const [uAxis, vAxis] = [0, 1, 2].filter((other) => other !== axis)
  const planes = planesOf(inVoxels.map((voxels) => ({ at: mean(voxels[axis]), u: voxels[uAxis], v: voxels[vAxis] })))
  // Contours that say that they are as thin as a slice stand for no other.
  const isThin = slabMm !== null && slabMm < 1.5 * grid.spacingMm[axis]
  const { ofSlice, oddities } = assignPlanes(planes, grid.shape[axis], what, isThin)
  const data = new Uint8Array(voxelCount(grid.shape))
  const strides = [grid.shape[1] * grid.shape[2], grid.shape[2], 1]
  for (const [slice, plane] of ofSlice) {
    fillPlane(plane, grid.shape[uAxis], grid.shape[vAxis], (u, v) => {
      data[slice * strides[axis] + u * strides[uAxis] + v * strides[vAxis]] = 1
    })
  }
  return { volume: { data, geometry: grid }, oddities }
}

/** Coordinates along k, j and i. */
function toVoxels(points: Float64Array, grid: Geometry): [Float64Array, Float64Array, Float64Array] {
  const count = points.length / 3
  const voxels: [Float64Array, Float64Array, Float64Array] = [
    new Float64Array(count),
    new Float64Array(count),
    new Float64Array(count),
  ]
  for (let n = 0; n < count; n++) {
    const voxel = pointToVoxel(grid, [points[3 * n], points[3 * n + 1], points[3 * n + 2]])
    for (const axis of [0, 1, 2]) voxels[axis][n] = voxel[axis]
  }
  return voxels
}

const spread = (values: Float64Array): number =>
  values.reduce((high, value) => Math.max(high, value), -Infinity) -
  values.reduce((low, value) => Math.min(low, value), Infinity)

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The axis of the grid that every contour is flat along. */
function normalAxis(contours: readonly Float64Array[][], what: string): number {
  const worst = [0, 1, 2].map((axis) => Math.max(...contours.map((voxels) => spread(voxels[axis]))))
  const axis = worst.indexOf(Math.min(...worst))
  if (worst[axis] <= FLAT) return axis
  throw new OrganMosaicError(
    'invalid-data',
    `${what} has contours that leave their slice by up to ${worst[axis].toFixed(1)} slices; expected them in the planes of the image. Choose the series that it was drawn on.`,
    { details: { finding: 'geometry-mismatch' } },
  )
}

/** Contours of one plane together, in the order of the planes. */
function planesOf(polygons: Polygon[]): { at: number; polygons: Polygon[] }[] {
  const planes: { at: number; polygons: Polygon[] }[] = []
  for (const polygon of polygons.sort((a, b) => a.at - b.at)) {
    const last = planes.at(-1)
    if (last && polygon.at - last.at <= SAME_PLANE) last.polygons.push(polygon)
    else planes.push({ at: polygon.at, polygons: [polygon] })
  }
  return planes
}

type Plane = readonly Polygon[]

/**
 * Which plane fills which slice: the closest within half a slice. Where a structure was drawn on every n-th slice only,
 * the slices between two planes take the closer one.
 */
function assignPlanes(
  planes: readonly { at: number; polygons: Polygon[] }[],
  slices: number,
  what: string,
  isThin: boolean,
) {
  const ofSlice = new Map<number, Plane>()
  const distance = new Map<number, number>()
  const take = (slice: number, { at, polygons }: { at: number; polygons: Polygon[] }): void => {
    const away = Math.abs(at - slice)
    if (slice < 0 || slice >= slices || away >= (distance.get(slice) ?? Infinity)) return
    ofSlice.set(slice, polygons)
    distance.set(slice, away)
  }
  for (const plane of planes) take(Math.round(plane.at), plane)
  const gaps = planes.slice(1).map(({ at }, n) => at - planes[n].at)
  const usual = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 1
  let between = 0
  if (usual > 1.5 && !isThin) {
    for (const [n, gap] of gaps.entries()) {
      if (gap > 1.5 * usual) continue
      for (let slice = Math.ceil(planes[n].at); slice <= planes[n + 1].at; slice++) {
        if (ofSlice.has(slice)) continue
        take(slice, slice - planes[n].at <= planes[n + 1].at - slice ? planes[n] : planes[n + 1])
        between++
      }
    }
  }
  const off = planes.filter(({ at }) => Math.abs(at - Math.round(at)) > SAME_PLANE).length
  const outside = planes.filter(({ at }) => Math.round(at) < 0 || Math.round(at) >= slices).length
  const oddities = [
    ...(off > 0
      ? [`${what} has ${off} of ${planes.length} contour planes between slices; each slice takes the closest`]
      : []),
    ...(between > 0
      ? [`${what} is drawn on every ${usual.toFixed(1)} slices; ${between} slices between take the closest contours`]
      : []),
    ...(outside > 0 ? [`${what} has ${outside} of ${planes.length} contour planes outside the image; left out`] : []),
  ]
  return { ofSlice, oddities }
}

/** Line by line: crossings with all contours of the plane in order, filled from every odd one to the next. */
function fillPlane(plane: Plane, height: number, width: number, mark: (u: number, v: number) => void): void {
  const crossings = new Map<number, number[]>()
  for (const { u, v } of plane) {
    for (let n = 0, before = u.length - 1; n < u.length; before = n++) {
      const [low, high] = u[before] < u[n] ? [before, n] : [n, before]
      const first = Math.max(0, Math.ceil(u[low]))
      for (let row = first; row < u[high] && row < height; row++) {
        const at = v[low] + ((row - u[low]) / (u[high] - u[low])) * (v[high] - v[low])
        const list = crossings.get(row)
        if (list) list.push(at)
        else crossings.set(row, [at])
      }
    }
  }
  for (const [row, list] of crossings) {
    list.sort((a, b) => a - b)
    for (let n = 0; n + 1 < list.length; n += 2) {
      const end = Math.min(width, Math.ceil(list[n + 1]))
      for (let column = Math.max(0, Math.ceil(list[n])); column < end; column++) mark(row, column)
    }
  }
}
