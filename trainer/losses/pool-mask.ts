// A mask on a patch brought to a coarser grid: the share of each coarse voxel that lies inside.
import type { Shape } from '../../contract/geometry.ts'

/** @param mask [D * H * W] @param grid [d, h, w], each a divisor of the patch's size @returns [d * h * w] */
export function poolMask(mask: Uint8Array, patch: Shape, grid: Shape): Float32Array {
  const [fz, fy, fx] = [patch[0] / grid[0], patch[1] / grid[1], patch[2] / grid[2]]
  const pooled = new Float32Array(grid[0] * grid[1] * grid[2])
  const share = 1 / (fz * fy * fx)
  for (let z = 0, v = 0; z < patch[0]; z++) {
    for (let y = 0; y < patch[1]; y++) {
      const row = (Math.floor(z / fz) * grid[1] + Math.floor(y / fy)) * grid[2]
      for (let x = 0; x < patch[2]; x++, v++) if (mask[v]) pooled[row + Math.floor(x / fx)]! += share
    }
  }
  return pooled
}
