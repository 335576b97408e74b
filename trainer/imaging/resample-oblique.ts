// The general path of resample.ts: grids whose axes point different ways. Plain trilinear interpolation.
import type { Geometry } from '../../contract/geometry.ts'
import { pointToVoxel, voxelToPoint, type Voxel } from './geometry.ts'
import { voxelCount, type Volume } from './volume.ts'

/** What to do at one output voxel: the source index of the lower corner [8 corners] with trilinear weights. */
type Visit = (at: number, corners: Int32Array, weights: Float64Array) => void

export function sampleObliqueImage(volume: Volume<Float32Array>, target: Geometry, outside: number): Float32Array {
  const result = new Float32Array(voxelCount(target.shape)).fill(outside)
  visitInside(volume.geometry, target, (at, corners, weights) => {
    let sum = 0
    for (let c = 0; c < 8; c++) sum += weights[c] * volume.data[corners[c]]
    result[at] = sum
  })
  return result
}

export function sampleObliqueLabels(volume: Volume<Uint8Array>, target: Geometry): Uint8Array {
  const result = new Uint8Array(voxelCount(target.shape))
  visitInside(volume.geometry, target, (at, corners, weights) => {
    let winner = 0
    let most = -1
    for (let c = 0; c < 8; c++) {
      const code = volume.data[corners[c]]
      let share = 0
      for (let d = 0; d < 8; d++) if (volume.data[corners[d]] === code) share += weights[d]
      if (share > most + 1e-9 || (share > most - 1e-9 && code > winner)) {
        winner = code
        most = share
      }
    }
    result[at] = winner
  })
  return result
}

function visitInside(source: Geometry, target: Geometry, visit: Visit): void {
  const [depth, height, width] = target.shape
  const position = (voxel: Voxel) => pointToVoxel(source, voxelToPoint(target, voxel))
  const first = position([0, 0, 0])
  // the map is affine: one step along an output axis is one constant step through the source
  const steps = [position([1, 0, 0]), position([0, 1, 0]), position([0, 0, 1])].map((p) =>
    p.map((v, n) => v - first[n]),
  )
  const corners = new Int32Array(8)
  const weights = new Float64Array(8)
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++, at++) {
        const p0 = first[0] + k * steps[0][0] + j * steps[1][0] + i * steps[2][0]
        const p1 = first[1] + k * steps[0][1] + j * steps[1][1] + i * steps[2][1]
        const p2 = first[2] + k * steps[0][2] + j * steps[1][2] + i * steps[2][2]
        if (locate(source, p0, p1, p2, corners, weights)) visit(at, corners, weights)
      }
    }
  }
}

/** Fills corners and weights; false when the position lies more than half a voxel outside. */
function locate(
  { shape }: Geometry,
  p0: number,
  p1: number,
  p2: number,
  corners: Int32Array,
  weights: Float64Array,
): boolean {
  const edge = -0.5 - 1e-6
  if (p0 < edge || p1 < edge || p2 < edge) return false
  if (p0 > shape[0] - 1 - edge || p1 > shape[1] - 1 - edge || p2 > shape[2] - 1 - edge) return false
  const c0 = Math.min(shape[0] - 1, Math.max(0, p0))
  const c1 = Math.min(shape[1] - 1, Math.max(0, p1))
  const c2 = Math.min(shape[2] - 1, Math.max(0, p2))
  const k = Math.floor(c0)
  const j = Math.floor(c1)
  const i = Math.floor(c2)
  for (let c = 0; c < 8; c++) {
    const dk = c >> 2
    const dj = (c >> 1) & 1
    const di = c & 1
    const row = Math.min(shape[0] - 1, k + dk) * shape[1] + Math.min(shape[1] - 1, j + dj)
    corners[c] = row * shape[2] + Math.min(shape[2] - 1, i + di)
    weights[c] = (dk ? c0 - k : 1 - c0 + k) * (dj ? c1 - j : 1 - c1 + j) * (di ? c2 - i : 1 - c2 + i)
  }
  return true
}
