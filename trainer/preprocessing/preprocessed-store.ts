// Preprocessed cases on disk: a Zarr group with the arrays image (image-2 ... for further channels) and labels.
import { OrganMosaicError } from '../../contract/errors.ts'
import { joinPlanes, planesOf } from '../imaging/planes.ts'
import { readZarrArray, readZarrAttributes, storeZarrGroup } from '../imaging/zarr-group.ts'
import { PreprocessedMetaSchema, type PreprocessedCase } from './preprocessed-case.ts'

const imageArray = (channel: number): string => (channel === 0 ? 'image' : `image-${channel + 1}`)

/** Folders appear under their name only when complete, but disks and people damage them later: everything is read. */
export const isIntact = (folder: string): Promise<boolean> =>
  openPreprocessed(folder).then(
    () => true,
    () => false,
  )

export async function storePreprocessed(folder: string, preprocessed: PreprocessedCase): Promise<void> {
  const { image, labels, shape, ...meta } = preprocessed
  const attributes = PreprocessedMetaSchema.parse({ format: 'organ-mosaic-preprocessed-1', ...meta })
  const planes = planesOf(image, meta.channels).map((plane, channel) => [imageArray(channel), plane] as const)
  await storeZarrGroup(folder, shape, { ...Object.fromEntries(planes), labels }, attributes)
}

/** @throws OrganMosaicError invalid-file when the folder is not a complete preprocessed case */
export async function openPreprocessed(folder: string): Promise<PreprocessedCase> {
  try {
    const { format: _, ...meta } = PreprocessedMetaSchema.parse(await readZarrAttributes(folder))
    const shape = meta.geometry.shape
    const planes: Float32Array[] = []
    for (let channel = 0; channel < meta.channels; channel++) {
      planes.push(await readZarrArray(folder, imageArray(channel), Float32Array, shape))
    }
    const labels = await readZarrArray(folder, 'labels', Uint8Array, shape)
    return { ...meta, shape, image: joinPlanes(planes), labels }
  } catch (cause) {
    throw new OrganMosaicError(
      'invalid-file',
      `${folder} is not a complete preprocessed case. Delete it; it is made again by the next run.`,
      { cause },
    )
  }
}
