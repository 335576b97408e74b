// What can be said and shown of an image before it is turned: its header, and its three middle planes.
import type { VolumeHeader } from '../../../contract/api/volumes.ts'
import type { Intensity } from '../../../contract/case.ts'
import type { Modality } from '../../../contract/channel.ts'
import { canonicalTransform, reorientGeometry, type AxisTransform } from '../../../trainer/imaging/canonical.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import { middleOf, middlePlanes } from './middle-planes.ts'
import type { VolumeStart } from './recipe.ts'
import { suggestWindow } from './suggest-window.ts'
import { arrayOf, rangeOf, toStored, typeOf, type StoredArray } from './to-stored.ts'

/** All of a start but the window, which depends on the modality that a person may choose anew. */
export interface ImagePlanes {
  readonly header: Omit<VolumeHeader, 'window'>
  readonly planes: Uint8Array
}

export interface DescribedImage extends ImagePlanes {
  /** In the file's axis order. */
  readonly data: StoredArray
  readonly transform: AxisTransform
}

/**
 * @param notes what was odd about the file
 * @param intensity as registration measured it: spares a pass over the voxels, unless they are stored otherwise
 */
export function describeImage(volume: Volume, notes: string[], intensity: Intensity | null): DescribedImage {
  const { data, slope, intercept, exact } = toStored(volume.data)
  const transform = canonicalTransform(volume.geometry)
  const geometry = reorientGeometry(volume.geometry, transform)
  const measured = data === volume.data ? intensity : null
  const range = measured ? { min: measured.min, max: measured.max } : rangeOf(data)
  const planes = middlePlanes(data, volume.geometry.shape, transform)
  const type = typeOf(data)
  const header = { geometry, type, slope, intercept, exact, range, planes: middleOf(geometry.shape), notes }
  return { header, planes, data, transform }
}

export function startOf({ header, planes }: ImagePlanes, modality: Modality): VolumeStart {
  const sample = arrayOf(header.type, planes)
  return { header: { ...header, window: suggestWindow(sample, header.range.min, modality, header) }, planes }
}
