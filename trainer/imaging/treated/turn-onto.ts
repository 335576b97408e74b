// A label whose array runs another way than that of its image, as converters leave them: the same voxels at the same
// places in another order. Turned, nothing is lost; so it is done without being asked.
import type { Geometry } from '../../../contract/geometry.ts'
import { canonicalTransform, invertTransform, reorient, reorientGeometry } from '../canonical.ts'
import { compareGeometry, gridToleranceMm } from '../geometry.ts'
import type { Volume } from '../volume.ts'

/** @returns the volume as it came, unless only the order of its voxels differs from that of the grid */
export function turnOnto(volume: Volume, grid: Geometry): Volume {
  const allowedMm = gridToleranceMm(grid)
  if (compareGeometry(grid, volume.geometry, allowedMm).same) return volume
  const there = canonicalTransform(volume.geometry)
  const back = invertTransform(canonicalTransform(grid))
  const turned = reorientGeometry(reorientGeometry(volume.geometry, there), back)
  return compareGeometry(grid, turned, allowedMm).same ? reorient(reorient(volume, there), back) : volume
}
