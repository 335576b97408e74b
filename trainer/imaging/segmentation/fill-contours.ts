// Closed contours into voxels: even-odd, so that a contour inside another is a hole; a voxel is in when its centre is.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { pointToVoxel } from '../geometry.ts'
import { voxelCount } from '../volume.ts'
import { facing, fillPlane, type Plane, type Polygon } from './contour-planes.ts'
import { interpolatePlanes, type PlaneMask } from './interpolate-planes.ts'
import type { Painted } from './segmentation.ts'

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
  const [height, width] = [grid.shape[uAxis], grid.shape[vAxis]]
  const maskOf = rememberLast((plane: Plane) => fillPlane(plane, height, width))
  for (const [slice, { plane, next, share }] of ofSlice) {
    const mask = next
      ? interpolatePlanes(...facing(plane, next, share, maskOf), share, [grid.spacingMm[uAxis], grid.spacingMm[vAxis]])
      : maskOf(plane).data
    for (let at = mask.indexOf(1); at !== -1; at = mask.indexOf(1, at + 1)) {
      data[slice * strides[axis] + Math.floor(at / width) * strides[uAxis] + (at % width) * strides[vAxis]] = 1
    }
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

/** What fills a slice: a plane, or two that it lies between, and how far from the first to the next. */
interface Filling {
  readonly plane: Plane
  readonly next: Plane | null
  readonly share: number
}

/**
 * Which planes fill which slice: the one in it; else the two that it lies between, where these follow one another; else,
 * at the ends, the closest within half a slice. A structure may be drawn on every n-th slice only, or between slices.
 */
function assignPlanes(
  planes: readonly { at: number; polygons: Polygon[] }[],
  slices: number,
  what: string,
  isThin: boolean,
) {
  const ofSlice = new Map<number, Filling>()
  const distance = new Map<number, number>()
  const take = ({ at, polygons }: { at: number; polygons: Polygon[] }): void => {
    const slice = Math.round(at)
    const away = Math.abs(at - slice)
    if (slice < 0 || slice >= slices || away >= (distance.get(slice) ?? Infinity)) return
    ofSlice.set(slice, { plane: polygons, next: null, share: 0 })
    distance.set(slice, away)
  }
  const isOn = ({ at }: { at: number }): boolean => Math.abs(at - Math.round(at)) <= SAME_PLANE
  planes.filter(isOn).forEach(take)
  const gaps = planes.slice(1).map(({ at }, n) => at - planes[n].at)
  const usual = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 1
  let between = 0
  for (const [n, gap] of gaps.entries()) {
    const [plane, next] = [planes[n], planes[n + 1]]
    if (gap > 1.5 * Math.max(1, usual) || (gap > 1.5 && isThin)) continue
    for (let slice = Math.max(0, Math.ceil(plane.at)); slice <= next.at && slice < slices; slice++) {
      if (distance.has(slice)) continue
      ofSlice.set(slice, { plane: plane.polygons, next: next.polygons, share: (slice - plane.at) / gap })
      distance.set(slice, 0)
      if (gap > 1.5) between++
    }
  }
  planes.filter((plane) => !isOn(plane)).forEach(take)
  const off = planes.filter(({ at }) => Math.abs(at - Math.round(at)) > SAME_PLANE).length
  const outside = planes.filter(({ at }) => Math.round(at) < 0 || Math.round(at) >= slices).length
  const oddities = [
    ...(off > 0
      ? [
          `${what} has ${off} of ${planes.length} contour planes between slices; each slice takes what lies between its two planes`,
        ]
      : []),
    ...(between > 0
      ? [`${what} is drawn on every ${usual.toFixed(1)} slices; ${between} slices between are interpolated`]
      : []),
    ...(outside > 0 ? [`${what} has ${outside} of ${planes.length} contour planes outside the image; left out`] : []),
  ]
  return { ofSlice, oddities }
}

/** Two slices in a row lie between the same planes, or share one: each is filled once, and few are kept. */
function rememberLast(fill: (plane: Plane) => PlaneMask): (plane: Plane) => PlaneMask {
  const known: { plane: Plane; mask: PlaneMask }[] = []
  return (plane) => {
    const found = known.find((each) => each.plane === plane)
    if (found) return found.mask
    const mask = fill(plane)
    known.push({ plane, mask })
    if (known.length > 3) known.shift()
    return mask
  }
}
