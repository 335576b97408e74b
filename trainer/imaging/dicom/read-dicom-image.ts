// DICOM files of one series into a volume: slices placed, decoded, rescaled to what they mean (HU in CT).
import type { Geometry } from '../../../contract/geometry.ts'
import type { ImageRead } from '../image-format.ts'
import { voxelCount, type VoxelArray } from '../volume.ts'
import { assembleStack, pickStackVolume } from './assemble-stack.ts'
import { decodeFrames } from './decode-frames.ts'
import { isCompressed } from './compressed-frame.ts'
import { openFrameDecoders } from './frame-decoders.ts'
import { framesOf, type SliceFrame } from './frames.ts'
import { pixelFormatOf, type PixelFormat } from './pixel-format.ts'
import { readDicomFile, readDicomHeader } from './read-dicom-file.ts'
import type { FrameValues } from './stored-values.ts'
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
  const headers = await readHeaders(paths)
  const stack = assembleStack(
    headers.flatMap(({ frames }) => frames),
    where,
  )
  const slices = pickStackVolume(stack, number, where)
  const formats = new Map(headers.map(({ path, format }) => [path, format]))
  const data = arrayFor(slices, formats, voxelCount(stack.geometry.shape))
  const helped = data.length >= WORTH_HELP && headers.some(({ compressed }) => compressed)
  await readSlices(slices, formats, data, helped ? threads : 1)
  const inverted = headers.some(({ inverted }) => inverted)
  const note = `${where}: MONOCHROME1, low values are meant to be shown bright; the values themselves are kept`
  return { volume: { data, geometry: stack.geometry }, oddities: [...stack.oddities, ...(inverted ? [note] : [])] }
}

/** Where the voxels are, from headers alone. @throws as readDicomImage */
export async function readDicomGeometry(paths: readonly string[], where: string): Promise<Geometry> {
  const headers = await readHeaders(paths)
  return assembleStack(
    headers.flatMap(({ frames }) => frames),
    where,
  ).geometry
}

/** @param data [depth, height, width] to write into, in the order of the slices */
async function readSlices(
  slices: readonly SliceFrame[],
  formats: ReadonlyMap<string, PixelFormat>,
  data: VoxelArray,
  threads: number,
): Promise<void> {
  const area = data.length / slices.length
  const byFile = Map.groupBy([...slices.entries()], ([, slice]) => slice.path).entries()
  let failed = false
  await using decoders = openFrameDecoders(threads)
  const readFiles = async (): Promise<void> => {
    for (const [path, entries] of byFile) {
      const format = formats.get(path)
      if (!format || failed) continue
      const frames = entries.map(([, slice]) => slice.frame)
      const decoded = await decodeFrames(await readDicomFile(path), format, path, frames, decoders.decode)
      for (const [n, [depth, slice]] of entries.entries()) putSlice(data, depth * area, decoded[n], slice)
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

async function readHeaders(paths: readonly string[]): Promise<Header[]> {
  const headers: Header[] = []
  for (const path of paths) {
    const { dataset, transferSyntax } = await readDicomHeader(path)
    const format = pixelFormatOf(dataset, path)
    const inverted = dataset.text(TAG.photometricInterpretation) === 'MONOCHROME1'
    const compressed = isCompressed(transferSyntax)
    headers.push({ path, format, compressed, frames: framesOf(dataset, path), inverted })
  }
  return headers
}

/** The smallest kind of number that holds every value that the series can have. */
function arrayFor(
  slices: readonly SliceFrame[],
  formats: ReadonlyMap<string, PixelFormat>,
  length: number,
): VoxelArray {
  let [low, high, whole] = [0, 0, true]
  for (const { path, slope, intercept } of slices) {
    const { bitsStored, signed, float } = formats.get(path) ?? { bitsStored: 16, signed: true, float: false }
    whole &&= Number.isInteger(slope) && Number.isInteger(intercept) && !float
    const ends = signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1]
    for (const end of ends) {
      low = Math.min(low, end * slope + intercept)
      high = Math.max(high, end * slope + intercept)
    }
  }
  const wide = slices.some(({ path }) => (formats.get(path)?.bitsStored ?? 0) > 24)
  if (!whole || Math.max(-low, high) > 2 ** 31 - 1) return wide ? new Float64Array(length) : new Float32Array(length)
  if (low >= 0 && high <= 255) return new Uint8Array(length)
  if (low >= -32768 && high <= 32767) return new Int16Array(length)
  return low >= 0 && high <= 65535 ? new Uint16Array(length) : new Int32Array(length)
}

function putSlice(data: VoxelArray, from: number, values: FrameValues, { slope, intercept }: SliceFrame): void {
  if (slope === 1 && intercept === 0) data.set(values, from)
  else for (let at = 0; at < values.length; at++) data[from + at] = values[at] * slope + intercept
}
