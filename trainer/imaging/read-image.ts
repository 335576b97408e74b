// The one way from a file to a volume: registration, viewer, training and prediction read images and labels here.
// A format is told by what its file begins with, never by its name.
import { stat } from 'node:fs/promises'
import { toOrganMosaicError } from '../../contract/errors.ts'
import type { Geometry } from '../../contract/geometry.ts'
import { dicom } from './dicom/dicom-format.ts'
import { damaged, readStart } from './files/read-bytes.ts'
import { geometryFromAxes } from './geometry-from-axes.ts'
import { volumeOf, type ImageFormat, type ImageRead } from './image-format.ts'
import { parseSource } from './image-source.ts'
import { isMetaImage } from './metaimage/metaimage-header.ts'
import { metaImageDataFiles, readMetaImage, readMetaImageHeader } from './metaimage/read-metaimage.ts'
import { pairOf } from './nifti/nifti-pair.ts'
import { readNifti, readNiftiHeader } from './nifti/read-nifti.ts'
import { isNrrd } from './nrrd/nrrd-fields.ts'
import { nrrdDataFiles, readNrrd, readNrrdHeader } from './nrrd/read-nrrd.ts'

const nrrd: ImageFormat = {
  name: 'NRRD',
  recognises: isNrrd,
  read: (path, part) => readNrrd(path, volumeOf(part)),
  readGeometry: async (path) => geometryFromAxes((await readNrrdHeader(path)).header, path).geometry,
  filesOf: async (path) => [path, ...nrrdDataFiles(await readNrrdHeader(path), path)],
}

const metaImage: ImageFormat = {
  name: 'MetaImage',
  recognises: isMetaImage,
  read: (path, part) => readMetaImage(path, volumeOf(part)),
  readGeometry: async (path) => geometryFromAxes(await readMetaImageHeader(path), path).geometry,
  filesOf: async (path) => [path, ...metaImageDataFiles(await readMetaImageHeader(path), path)],
}

const nifti: ImageFormat = {
  name: 'NIfTI',
  recognises: (start, path) => isNifti(start) || /\.(nii|hdr)(\.gz)?$/i.test(path),
  read: (path, part) => readNifti(path, volumeOf(part)),
  readGeometry: async (path) => (await readNiftiHeader(path)).geometry,
  async filesOf(path) {
    if (!/\.(hdr|img)(\.gz)?$/i.test(path)) return [path]
    const { header, data } = await pairOf(path)
    return [header, data]
  },
}

const FORMATS: readonly ImageFormat[] = [nrrd, metaImage, dicom, nifti]
const ENOUGH_TO_TELL = 4096

/**
 * @param address a path, with the part that is meant (image-source.ts)
 * @param threads that may decode at once; slices of a compressed DICOM series are many, and slow
 * @returns the volume [depth, height, width] in LPS geometry, and what was odd about it
 * @throws OrganMosaicError not-found, environment, invalid-file, invalid-data
 */
export async function readImage(address: string, threads = 1): Promise<ImageRead> {
  const { path, part } = parseSource(address)
  return (await formatOf(path)).read(path, part, threads)
}

/** Where the voxels are, without reading them. @throws as readImage */
export async function readImageGeometry(address: string): Promise<Geometry> {
  const { path, part } = parseSource(address)
  return (await formatOf(path)).readGeometry(path, part)
}

/** Every file that an address stands for, absolute: for hashes, and for seeing that something changed. */
export async function filesOfImage(address: string): Promise<string[]> {
  const { path, part } = parseSource(address)
  return (await formatOf(path)).filesOf(path, part)
}

/** Whether a file begins like an image of a known kind. @throws OrganMosaicError not-found, environment */
export const isImageFile = (path: string): Promise<boolean> =>
  formatOf(path).then(
    () => true,
    (error: unknown) => {
      if (toOrganMosaicError(error).code === 'invalid-file') return false
      throw error
    },
  )

async function formatOf(path: string): Promise<ImageFormat> {
  const found = await stat(path).catch(() => null)
  // A folder is read as the DICOM series in it.
  if (found?.isDirectory()) return dicom
  // The .img of a pair has no beginning to tell it by.
  if (/\.img(\.gz)?$/i.test(path)) return nifti
  const start = await readStart(path, ENOUGH_TO_TELL)
  const format = FORMATS.find(({ recognises }) => recognises(start, path))
  if (format) return format
  throw damaged(path, 'is no image of a known kind; expected NIfTI, NRRD, MetaImage, Analyze or DICOM')
}

/** By its first number, in either byte order. */
function isNifti(start: Uint8Array): boolean {
  if (start.length < 4) return false
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  return [view.getInt32(0, true), view.getInt32(0, false)].some((size) => size === 348 || size === 540)
}
