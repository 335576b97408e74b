// Where the middle of the body is from left to right, in the patient: what left and right are told by.
import type { Geometry } from '../../../contract/geometry.ts'
import { canonicalTransform } from '../../../trainer/imaging/canonical.ts'
import { voxelToPoint } from '../../../trainer/imaging/geometry.ts'
import type { Volume, VoxelArray } from '../../../trainer/imaging/volume.ts'

/** Only CT numbers reach so far below zero. */
const CT_MINIMUM = -500
const BODY_HU = -300
/** A prime, so that the samples of a volume do not lie in one column. */
const SAMPLE = 13
/** The outline of a body needs no finer grid (mm). */
const STEP_MM = 4
/** A body with so much of its widest part at the left or right border goes on beyond it: its middle is not known. */
const CUT_SHARE = 0.15

/** @returns LPS x in mm of the median body voxel; null where the image does not show both sides of the body */
export function bodyMidline(image: Volume): number | null {
  const { geometry, data } = image
  const threshold = bodyThreshold(data)
  const { axes } = canonicalTransform(geometry)
  const lateral = axes[2]
  const counts = new Float64Array(geometry.shape[lateral])
  const step = geometry.spacingMm.map((mm, axis) => (axis === lateral ? 1 : Math.max(1, Math.round(STEP_MM / mm))))
  const [depth, height, width] = geometry.shape
  for (let k = 0; k < depth; k += step[0]) {
    for (let j = 0; j < height; j += step[1]) {
      const row = (k * height + j) * width
      for (let i = 0; i < width; i += step[2]) {
        if (data[row + i] > threshold) counts[lateral === 2 ? i : lateral === 1 ? j : k]++
      }
    }
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  if (most === 0 || Math.max(counts[0], counts[counts.length - 1]) > CUT_SHARE * most) return null
  return xAt(geometry, lateral, medianIndex(counts))
}

function medianIndex(counts: Float64Array): number {
  const half = counts.reduce((sum, n) => sum + n, 0) / 2
  let seen = 0
  for (let at = 0; at < counts.length; at++) {
    seen += counts[at]
    if (seen >= half) return at
  }
  return counts.length - 1
}

/** Of the plane through the middle of the other two axes. */
function xAt(geometry: Geometry, lateral: number, index: number): number {
  const voxel = geometry.shape.map((size, axis) => (axis === lateral ? index : (size - 1) / 2))
  return voxelToPoint(geometry, [voxel[0], voxel[1], voxel[2]])[0]
}

/** CT shows by its numbers what is air; elsewhere the body is brighter than the mean. */
function bodyThreshold(data: VoxelArray): number {
  let min = Infinity
  let sum = 0
  let finite = 0
  for (let at = 0; at < data.length; at += SAMPLE) {
    if (!Number.isFinite(data[at])) continue
    min = Math.min(min, data[at])
    sum += data[at]
    finite++
  }
  return min <= CT_MINIMUM ? BODY_HU : sum / finite
}
