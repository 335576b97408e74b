// One structure that covers organs of both sides, told apart: by its connected parts where each lies on one side, by the
// mid-sagittal plane where one part reaches across. Left is where LPS x is larger.
import type { Geometry } from '../../../contract/geometry.ts'
import type { SplitMethod } from '../../../contract/label-treatment.ts'
import { connectRuns, type Run } from '../connected-components.ts'

export const LEFT = 1
export const RIGHT = 2

/** A part with so much of itself on one side belongs there as a whole: organs lean over the middle. */
const WHOLE_SHARE = 0.9
/** Smaller parts say nothing of where the middle is. */
const MAIN_SHARE = 0.05
/** Two parts that lie closer (mm) may be one organ. */
const LEAST_GAP_MM = 15
/** How far the middle between two parts may lie from that of the body, in shares of their distance. */
const OFF_SHARE = 0.3

interface Part {
  voxels: number
  left: number
  sumX: number
}

/**
 * @param mask [depth, height, width], 1 inside
 * @returns [V] LEFT, RIGHT or 0, and how it was done
 */
export function splitSides(
  mask: Uint8Array,
  geometry: Geometry,
  planeMm: number,
): { sides: Uint8Array; method: SplitMethod } {
  const { runs, parts } = connectRuns(mask, geometry.shape, (value) => value === 1)
  const measured = measureParts(runs, parts, geometry, planeMm)
  const sides = new Uint8Array(mask.length)
  let cut = false
  runs.forEach((run, n) => {
    const { voxels, left } = measured.get(parts[n])!
    const share = left / voxels
    if (share >= WHOLE_SHARE) return void sides.fill(LEFT, run.from, run.to)
    if (share <= 1 - WHOLE_SHARE) return void sides.fill(RIGHT, run.from, run.to)
    cut = true
    const { start, step } = xAlong(run, geometry)
    for (let at = run.from, x = start; at < run.to; at++, x += step) sides[at] = x > planeMm ? LEFT : RIGHT
  })
  const both = sides.includes(LEFT) && sides.includes(RIGHT)
  return { sides, method: !both ? 'one side' : cut ? 'plane' : 'parts' }
}

/**
 * The plane between left and right: the middle between the parts of the structure where they lie apart on both sides of
 * the body, else the middle of the body, else of the image.
 * @param midlineMm LPS x of the middle of the body; null where it is not known
 */
export function planeBetween(mask: Uint8Array, geometry: Geometry, midlineMm: number | null): number {
  const { runs, parts } = connectRuns(mask, geometry.shape, (value) => value === 1)
  const measured = [...measureParts(runs, parts, geometry, 0).values()]
  const total = measured.reduce((sum, { voxels }) => sum + voxels, 0)
  const centres = measured
    .filter(({ voxels }) => voxels >= MAIN_SHARE * total)
    .map(({ sumX, voxels }) => sumX / voxels)
    .sort((a, b) => a - b)
  const gaps = centres.slice(1).map((right, n) => ({ gap: right - centres[n], middle: (right + centres[n]) / 2 }))
  const widest = gaps.reduce((most, each) => (each.gap > most.gap ? each : most), { gap: 0, middle: 0 })
  const offMm = midlineMm === null ? 0 : Math.abs(widest.middle - midlineMm)
  if (widest.gap >= LEAST_GAP_MM && offMm <= Math.max(LEAST_GAP_MM, OFF_SHARE * widest.gap)) return widest.middle
  return midlineMm ?? centreOf(geometry)
}

function measureParts(
  runs: readonly Run[],
  parts: Int32Array,
  geometry: Geometry,
  planeMm: number,
): ReadonlyMap<number, Part> {
  const measured = new Map<number, Part>()
  runs.forEach((run, n) => {
    const part = measured.get(parts[n]) ?? { voxels: 0, left: 0, sumX: 0 }
    const { start, step } = xAlong(run, geometry)
    for (let at = run.from, x = start; at < run.to; at++, x += step) {
      part.sumX += x
      if (x > planeMm) part.left++
    }
    part.voxels += run.to - run.from
    measured.set(parts[n], part)
  })
  return measured
}

/** LPS x of the first voxel of a run, and how much it grows with each further one. */
function xAlong(run: Run, { shape, spacingMm, origin, direction }: Geometry): { start: number; step: number } {
  const [, height, width] = shape
  const i = run.from % width
  const j = Math.floor(run.from / width) % height
  const k = Math.floor(run.from / (width * height))
  const [sz, sy, sx] = spacingMm
  const step = direction[0] * sx
  return { start: origin[0] + i * step + j * direction[1] * sy + k * direction[2] * sz, step }
}

function centreOf({ shape, spacingMm, origin, direction }: Geometry): number {
  const along = [2, 1, 0].map((axis, column) => (direction[column] * spacingMm[axis] * (shape[axis] - 1)) / 2)
  return origin[0] + along.reduce((sum, mm) => sum + mm, 0)
}
