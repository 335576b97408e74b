// An image as the network takes it, channel by channel: canonical axis order, cropped to the body, planned spacing, normalised.
// Training cases and images to predict go through this one path.
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Geometry, Point, Shape, Spacing } from '../../contract/geometry.ts'
import type { Plan } from '../../contract/plan.ts'
import { canonicalTransform, reorient } from '../imaging/canonical.ts'
import { cropGeometry, cropVolume, uniteBoxes, wholeBox, type Box } from '../imaging/crop.ts'
import { voxelToPoint } from '../imaging/geometry.ts'
import { hashChannels } from '../imaging/hash.ts'
import { joinPlanes } from '../imaging/planes.ts'
import { resampleImage } from '../imaging/resample.ts'
import type { Volume } from '../imaging/volume.ts'
import { bodyBox } from './body-box.ts'
import { normalise, replaceNotFinite } from './normalise.ts'
import type { PreprocessedImage } from './preprocessed-case.ts'

/**
 * @param originals the channels on one grid (imaging/read-channels.ts), in any orientation
 * @param mustInclude voxels (canonical axis order) that the crop may not lose
 * @throws OrganMosaicError invalid-data for another number of channels than the plan has
 */
export function preprocessImage(
  originals: readonly Volume[],
  plan: Plan,
  mustInclude: Box | null = null,
): PreprocessedImage {
  const [original] = originals
  if (original === undefined || originals.length !== plan.normalisations.length) {
    throw new OrganMosaicError(
      'invalid-data',
      `The models take images of ${plan.normalisations.length} channels, and ${originals.length} came.`,
    )
  }
  const transform = canonicalTransform(original.geometry)
  const channels = originals.map((volume) => reorient(volume, transform))
  const crop = cropBox(channels, plan, mustInclude)
  const geometry = gridAt(cropGeometry(channels[0].geometry, crop), plan.spacingMm)
  const planes = channels.map((channel, n) => {
    const cropped = cropVolume(channel, crop)
    const source = { data: replaceNotFinite(cropped.data), geometry: cropped.geometry }
    const { data } = resampleImage(source, geometry, { outside: 0, nearestAxis: plan.thickAxis })
    normalise(data, plan.normalisations[n])
    return data
  })
  let hash: string | null = null
  return {
    image: joinPlanes(planes),
    channels: planes.length,
    shape: geometry.shape,
    geometry,
    originalGeometry: original.geometry,
    transform: { axes: [...transform.axes], flips: [...transform.flips] },
    crop: { start: [...crop.start], shape: crop.shape },
    // Only on request: it takes as long as the rest, and not everyone who predicts asks for it.
    get imageHash() {
      return (hash ??= hashChannels(originals))
    },
  }
}

/** Whatever one of the channels shows of the body. */
function cropBox(channels: readonly Volume[], plan: Plan, mustInclude: Box | null): Box {
  if (!plan.cropToBody) return wholeBox(channels[0].geometry.shape)
  const body = channels
    .map((channel, n) => bodyBox(channel, plan.normalisations[n].kind === 'ct'))
    .reduce((all, box) => uniteBoxes(all, box))
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
