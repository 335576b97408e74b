// All images of a case, one a channel. As in nnU-Net they must lie on one grid: nobody resamples behind a person's back.
import { OrganMosaicError } from '../../contract/errors.ts'
import { compareGeometry, gridToleranceMm } from './geometry.ts'
import { readImage } from './read-image.ts'
import type { Volume } from './volume.ts'

/**
 * @param addresses in the order of the channels (image-source.ts)
 * @param threads that may decode each image at once
 * @returns as stored; the grid of the first one counts
 * @throws OrganMosaicError as readImage; invalid-data for one on another grid
 */
export async function readChannels(addresses: readonly string[], threads = 1): Promise<Volume[]> {
  const volumes: Volume[] = []
  for (const address of addresses) {
    const { volume } = await readImage(address, threads)
    const grid = volumes[0]?.geometry ?? volume.geometry
    const { same, message } = compareGeometry(grid, volume.geometry, gridToleranceMm(grid))
    if (!same) {
      throw new OrganMosaicError(
        'invalid-data',
        `${address} does not lie on the voxels of ${addresses[0]}: ${message}. All channels of a case need one grid; ` +
          'resample it to that of the first.',
      )
    }
    volumes.push({ data: volume.data, geometry: grid })
  }
  return volumes
}
