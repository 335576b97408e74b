// The stored values of a DICOM image, frame by frame, whatever the transfer syntax. Rescaling comes later.
import { damaged, truncated } from '../files/read-bytes.ts'
import { decodeCompressed, type DecodeFrame } from './compressed-frame.ts'
import type { DicomElement } from './dicom-dataset.ts'
import type { DicomFile } from './parse-dicom.ts'
import type { PixelFormat } from './pixel-format.ts'
import { valuesOf, type FrameValues } from './stored-values.ts'
import { TAG } from './tags.ts'

/**
 * @param frames which, from 0; all when not given
 * @param decode how a compressed one is decoded: in this thread unless said otherwise
 * @returns one array [rows, columns] a frame, in the order asked for
 * @throws OrganMosaicError invalid-file
 */
export async function decodeFrames(
  file: DicomFile,
  format: PixelFormat,
  path: string,
  frames: readonly number[] = Array.from({ length: format.frames }, (_, at) => at),
  decode: DecodeFrame = decodeCompressed,
): Promise<FrameValues[]> {
  const { elements } = file.dataset
  const element = elements.get(TAG.pixelData) ?? elements.get(TAG.floatPixelData) ?? elements.get(TAG.doublePixelData)
  if (!element) throw damaged(path, 'holds no pixels')
  if (!element.fragments) return frames.map((frame) => nativeFrame(file, element, format, frame, path))
  const { transferSyntax } = file
  const streams = splitFrames(file, element, format.frames, path)
  return Promise.all(frames.map((frame) => decode({ stream: streams[frame], transferSyntax, format, path })))
}

function nativeFrame(
  file: DicomFile,
  element: DicomElement,
  format: PixelFormat,
  frame: number,
  path: string,
): FrameValues {
  const { bytes, littleEndian } = file.dataset
  const pixels = format.rows * format.columns
  if (format.bitsAllocated === 1)
    return unpackBits(bytes.subarray(element.offset, element.offset + element.length), frame * pixels, pixels, path)
  const size = (pixels * format.bitsAllocated) / 8
  if (element.length < size * (frame + 1)) throw truncated(path, size * format.frames, element.length)
  // A copy: aligned, and free of the file's buffer.
  const raw = new Uint8Array(bytes.subarray(element.offset + frame * size, element.offset + (frame + 1) * size))
  if (!littleEndian) swap(raw, format.bitsAllocated)
  return valuesOf(raw, format)
}

function swap(raw: Uint8Array, bits: number): void {
  const buffer = Buffer.from(raw.buffer)
  if (bits === 16) buffer.swap16()
  if (bits === 32) buffer.swap32()
  if (bits === 64) buffer.swap64()
}

/** One bit a pixel, the first in the lowest bit; frames do not begin at a byte. */
function unpackBits(bytes: Uint8Array, from: number, pixels: number, path: string): Uint8Array {
  if (bytes.length * 8 < from + pixels) throw truncated(path, Math.ceil((from + pixels) / 8), bytes.length)
  const values = new Uint8Array(pixels)
  for (let at = 0, bit = from; at < pixels;) {
    const byte = bytes[bit >> 3]
    const end = Math.min(pixels, at + 8 - (bit & 7))
    // Most of a mask is empty.
    if (byte !== 0) for (let n = at; n < end; n++) values[n] = (byte >> ((bit & 7) + n - at)) & 1
    bit += end - at
    at = end
  }
  return values
}

/** Fragments of each frame joined: by the offset table, or one fragment a frame, or all of them for one frame. */
function splitFrames(file: DicomFile, element: DicomElement, frames: number, path: string): Uint8Array[] {
  const { bytes, littleEndian } = file.dataset
  const [table, ...fragments] = element.fragments ?? []
  const join = (some: readonly { offset: number; length: number }[]): Uint8Array =>
    some.length === 1
      ? bytes.subarray(some[0].offset, some[0].offset + some[0].length)
      : Buffer.concat(some.map(({ offset, length }) => bytes.subarray(offset, offset + length)))
  if (fragments.length === 0) throw damaged(path, 'holds no compressed pixels')
  if (frames === 1) return [join(fragments)]
  if (fragments.length === frames) return fragments.map((fragment) => join([fragment]))
  const view = new DataView(bytes.buffer, bytes.byteOffset + table.offset, table.length)
  const starts = Array.from({ length: table.length >> 2 }, (_, at) => view.getUint32(4 * at, littleEndian))
  if (starts.length !== frames) {
    throw damaged(
      path,
      `holds ${fragments.length} pieces of compressed pixels for ${frames} frames and does not say which belong together`,
    )
  }
  const base = fragments[0].offset - 8
  return starts.map((start, at) =>
    join(
      fragments.filter(({ offset }) => offset - 8 - base >= start && offset - 8 - base < (starts[at + 1] ?? Infinity)),
    ),
  )
}
