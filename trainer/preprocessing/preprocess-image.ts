// An image as the network takes it: canonical axis order, cropped to the body, planned spacing, normalised.
// Training cases and images to predict go through this one path.
import type { Geometry, Point, Shape, Spacing } from '../../contract/geometry.ts'
import type { Plan } from '../../contract/plan.ts'
import { toCanonical } from '../imaging/canonical.ts'
import { cropVolume, uniteBoxes, wholeBox, type Box } from '../imaging/crop.ts'
import { voxelToPoint } from '../imaging/geometry.ts'
import { hashVolume } from '../imaging/hash.ts'
import { readImage } from '../imaging/read-image.ts'
import { resampleImage } from '../imaging/resample.ts'
import type { Volume } from '../imaging/volume.ts'
import { bodyBox } from './body-box.ts'
import { normalise, replaceNotFinite } from './normalise.ts'
import type { PreprocessedImage } from './preprocessed-case.ts'

/**
 * @param input an address (imaging/image-source.ts) or a volume in any orientation
 * @param mustInclude voxels (canonical axis order) that the crop may not lose
 * @throws OrganMosaicError as readImage
 */
export async function preprocessImage(
  input: string | Volume,
  plan: Plan,
  mustInclude: Box | null = null,
): Promise<PreprocessedImage> {
  const original = typeof input === 'string' ? (await readImage(input)).volume : input
  const { volume, transform } = toCanonical(original)
  const crop = cropBox(volume, plan, mustInclude)
  const cropped = cropVolume(volume, crop)
  const geometry = gridAt(cropped.geometry, plan.spacingMm)
  const source = { data: replaceNotFinite(cropped.data), geometry: cropped.geometry }
  const { data: image } = resampleImage(source, geometry, { outside: 0, nearestAxis: plan.thickAxis })
  normalise(image, plan.normalisation)
  let hash: string | null = null
  return {
    image,
    shape: geometry.shape,
    geometry,
    originalGeometry: original.geometry,
    transform: { axes: [...transform.axes], flips: [...transform.flips] },
    crop: { start: [...crop.start], shape: crop.shape },
    // Only on request: it takes as long as the rest, and not everyone who predicts asks for it.
    get imageHash() {
      return (hash ??= hashVolume(original))
    },
  }
}

function cropBox(volume: Volume, plan: Plan, mustInclude: Box | null): Box {
  if (!plan.cropToBody) return wholeBox(volume.geometry.shape)
  const body = bodyBox(volume, plan.normalisation.kind === 'ct')
  return mustInclude ? uniteBoxes(body, mustInclude) : body
}

/** A grid of another spacing over the same region: both have the same middle. */
export function gridAt(region: Geometry, spacingMm: Spacing): Geometry {
  const size = (axis: number) =>
    Math.max(1, Math.round((region.shape[axis] * region.spacingMm[axis]) / spacingMm[axis]))
  const shape: Shape = [size(0), size(1), size(2)]
  const firstCentre = (axis: number) =>
    (region.shape[axis] - 1) / 2 - (((shape[axis] - 1) / 2) * spacingMm[axis]) / region.spacingMm[axis]
  const origin: Point = voxelToPoint(region, [firstCentre(0), firstCentre(1), firstCentre(2)])
  return { shape, spacingMm, origin, direction: region.direction }
}
