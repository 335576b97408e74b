// DICOM files of one series into a volume: slices placed, decoded, rescaled to what they mean (HU in CT).
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import type { ImageRead } from '../image-format.ts'
import { voxelCount } from '../volume.ts'
import { assembleStack, pickStackVolume } from './assemble-stack.ts'
import { decodeFrames } from './decode-frames.ts'
import { isCompressed } from './compressed-frame.ts'
import { openFrameDecoders } from './frame-decoders.ts'
import { framesOf, type SliceFrame } from './frames.ts'
import { pixelFormatOf, type PixelFormat } from './pixel-format.ts'
import { readDicomFile, readDicomHeader } from './read-dicom-file.ts'
import { createSliceStore, type SliceStore } from './slice-store.ts'
import { TAG } from './tags.ts'

/** Fewer voxels are decoded before another thread has started. */
const WORTH_HELP = 2 ** 23

/**
 * @param paths of every file of the series, in any order
 * @param where what the series is called in messages
 * @param number which volume of a series with several, from 1
 * @param threads that may decode slices at once, this one among them
 * @throws OrganMosaicError invalid-file, invalid-data
 */
export async function readDicomImage(
  paths: readonly string[],
  where: string,
  number: number | null,
  threads: number,
): Promise<ImageRead> {
  const headers = await readHeaders(paths, where)
  const stack = assembleStack(
    headers.flatMap(({ frames }) => frames),
    where,
  )
  const slices = pickStackVolume(stack, number, where)
  const formats = new Map(headers.map(({ path, format }) => [path, format]))
  const voxels = voxelCount(stack.geometry.shape)
  const helped = voxels >= WORTH_HELP && headers.some(({ compressed }) => compressed)
  const store = createSliceStore(slices, formats, voxels)
  await readSlices(slices, formats, store, helped ? threads : 1)
  const inverted = headers.some(({ inverted }) => inverted)
  const note = `${where}: MONOCHROME1, low values are meant to be shown bright; the values themselves are kept`
  return {
    volume: { data: store.voxels(), geometry: stack.geometry },
    oddities: [...stack.oddities, ...(inverted ? [note] : [])],
  }
}

/** Where the voxels are, from headers alone. @throws as readDicomImage */
export async function readDicomGeometry(paths: readonly string[], where: string): Promise<Geometry> {
  const headers = await readHeaders(paths, where)
  return assembleStack(
    headers.flatMap(({ frames }) => frames),
    where,
  ).geometry
}

/** @param slices in the order in which they lie */
async function readSlices(
  slices: readonly SliceFrame[],
  formats: ReadonlyMap<string, PixelFormat>,
  store: SliceStore,
  threads: number,
): Promise<void> {
  const area = slices[0].rows * slices[0].columns
  const byFile = Map.groupBy([...slices.entries()], ([, slice]) => slice.path).entries()
  let failed = false
  await using decoders = openFrameDecoders(threads)
  const readFiles = async (): Promise<void> => {
    for (const [path, entries] of byFile) {
      const format = formats.get(path)
      if (!format || failed) continue
      const frames = entries.map(([, slice]) => slice.frame)
      const decoded = await decodeFrames(await readDicomFile(path), format, path, frames, decoders.decode)
      for (const [n, [depth, slice]] of entries.entries()) store.put(depth * area, decoded[n], slice)
    }
  }
  const readings = Array.from({ length: decoders.files }, readFiles)
  await Promise.all(readings).finally(() => (failed = true))
}

interface Header {
  readonly path: string
  readonly format: PixelFormat
  readonly compressed: boolean
  readonly frames: readonly SliceFrame[]
  readonly inverted: boolean
}

async function readHeaders(paths: readonly string[], where: string): Promise<Header[]> {
  const headers: Header[] = []
  const patients = new Map<string, number>()
  for (const path of paths) {
    const { dataset, transferSyntax } = await readDicomHeader(path)
    const patient = dataset.text(TAG.patientId)?.trim() ?? ''
    if (patient !== '') patients.set(patient, (patients.get(patient) ?? 0) + 1)
    const format = pixelFormatOf(dataset, path)
    const inverted = dataset.text(TAG.photometricInterpretation) === 'MONOCHROME1'
    const compressed = isCompressed(transferSyntax)
    headers.push({ path, format, compressed, frames: framesOf(dataset, path), inverted })
  }
  if (patients.size > 1) throw severalPatients([...patients.values()], where)
  return headers
}

/** The identifiers themselves stay in the files. */
function severalPatients(files: readonly number[], where: string): OrganMosaicError {
  return new OrganMosaicError(
    'invalid-data',
    `${where}: ${files.length} patients share this SeriesInstanceUID (PatientID differs: ${files.join(', ')} files each); expected one. Export each patient again with UIDs of its own, or keep the files of one alone in the folder.`,
  )
}
