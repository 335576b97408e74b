// The stored values of a DICOM image, frame by frame, whatever the transfer syntax. Rescaling comes later.
import { OrganMosaicError } from '../../../contract/errors.ts'
import { damaged, truncated } from '../files/read-bytes.ts'
import { decodeWith, type CodecName, type DecodedFrame } from './codecs.ts'
import type { DicomElement } from './dicom-dataset.ts'
import { decodeJpegLossless } from './jpeg-lossless.ts'
import type { DicomFile } from './parse-dicom.ts'
import type { PixelFormat } from './pixel-format.ts'
import { decodeRunLength } from './run-length.ts'
import { TAG } from './tags.ts'

/** Stored values: integers of up to 32 bits, or floats. */
export type FrameValues = Uint8Array | Uint16Array | Int16Array | Int32Array | Float32Array | Float64Array

const JPEG = '1.2.840.10008.1.2.4.'
const RUN_LENGTH = '1.2.840.10008.1.2.5'
const CODECS: Readonly<Record<string, CodecName | 'lossless'>> = {
  ...{
    [`${JPEG}50`]: 'JPEGDecoder',
    [`${JPEG}51`]: 'JPEGDecoder',
    [`${JPEG}57`]: 'lossless',
    [`${JPEG}70`]: 'lossless',
  },
  ...{
    [`${JPEG}80`]: 'JpegLSDecoder',
    [`${JPEG}81`]: 'JpegLSDecoder',
    [`${JPEG}90`]: 'J2KDecoder',
    [`${JPEG}91`]: 'J2KDecoder',
  },
}

/**
 * @param frames which, from 0; all when not given
 * @returns one array [rows, columns] a frame, in the order asked for
 * @throws OrganMosaicError invalid-file
 */
export async function decodeFrames(
  file: DicomFile,
  format: PixelFormat,
  path: string,
  frames: readonly number[] = Array.from({ length: format.frames }, (_, at) => at),
): Promise<FrameValues[]> {
  const { elements } = file.dataset
  const element = elements.get(TAG.pixelData) ?? elements.get(TAG.floatPixelData) ?? elements.get(TAG.doublePixelData)
  if (!element) throw damaged(path, 'holds no pixels')
  const decoded: FrameValues[] = []
  if (!element.fragments) {
    for (const frame of frames) decoded.push(nativeFrame(file, element, format, frame, path))
    return decoded
  }
  const streams = splitFrames(file, element, format.frames, path)
  for (const frame of frames) decoded.push(await compressedFrame(file, streams[frame], format, path))
  return decoded
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

/** Bits that are not part of the value (overlays) go, and the sign is spread. */
function valuesOf(raw: Uint8Array, format: PixelFormat): FrameValues {
  const { bitsAllocated, bitsStored, highBit, signed, float } = format
  const buffer = raw.buffer as ArrayBuffer
  if (float) return bitsAllocated === 64 ? new Float64Array(buffer) : new Float32Array(buffer)
  const plain = bitsStored === bitsAllocated
  if (bitsAllocated === 8)
    return plain && !signed ? raw : Int16Array.from(raw, (value) => meant(value, bitsStored, highBit, signed))
  if (bitsAllocated === 32) {
    return Float64Array.from(new Uint32Array(buffer), (value) => (signed ? value | 0 : value))
  }
  if (plain) return signed ? new Int16Array(buffer) : new Uint16Array(buffer)
  const stored = new Uint16Array(buffer)
  const values = signed ? new Int16Array(stored.length) : new Uint16Array(stored.length)
  for (let at = 0; at < stored.length; at++) values[at] = meant(stored[at], bitsStored, highBit, signed)
  return values
}

function meant(value: number, bitsStored: number, highBit: number, signed: boolean): number {
  const bits = (value >> (highBit + 1 - bitsStored)) & (2 ** bitsStored - 1)
  return signed && bits >= 2 ** (bitsStored - 1) ? bits - 2 ** bitsStored : bits
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

async function compressedFrame(
  file: DicomFile,
  stream: Uint8Array,
  format: PixelFormat,
  path: string,
): Promise<FrameValues> {
  const { rows, columns, bitsAllocated } = format
  if (file.transferSyntax === RUN_LENGTH) {
    return valuesOf(decodeRunLength(stream, rows * columns, bitsAllocated / 8, path), format)
  }
  const codec = CODECS[file.transferSyntax] as CodecName | 'lossless' | undefined
  if (codec === undefined) {
    throw new OrganMosaicError(
      'invalid-file',
      `${path} is compressed in a way that is not read (transfer syntax ${file.transferSyntax}); export it uncompressed or as lossless JPEG 2000.`,
    )
  }
  if (codec === 'JPEGDecoder') refuseDeepJpeg(stream, path)
  const frame = codec === 'lossless' ? losslessFrame(stream, path) : await decodeWith(codec, stream, path)
  if (frame.width !== columns || frame.height !== rows || frame.components !== 1) {
    throw damaged(
      path,
      `holds compressed pixels of ${frame.height} x ${frame.width} (${frame.components} a pixel); its header says ${rows} x ${columns}`,
    )
  }
  return valuesOf(widened(frame, format), { ...format, highBit: format.bitsStored - 1 })
}

function losslessFrame(stream: Uint8Array, path: string): DecodedFrame {
  const { values, width, height, precision } = decodeJpegLossless(stream, path)
  return { bytes: new Uint8Array(values.buffer), width, height, bitsPerSample: Math.max(9, precision), components: 1 }
}

/** What was decoded, in as many bytes a pixel as the header says. */
function widened({ bytes, bitsPerSample }: DecodedFrame, { bitsAllocated, bitsStored }: PixelFormat): Uint8Array {
  const source = bitsPerSample > 8 ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1) : bytes
  // A codec of fewer bits than the header announces spreads its own sign; what is above is cut by the reader of values.
  if (bitsAllocated <= 8) return source instanceof Uint8Array ? source : Uint8Array.from(source)
  if (bitsAllocated === 16)
    return new Uint8Array((source instanceof Uint16Array ? source : Uint16Array.from(source)).buffer.slice(0))
  return new Uint8Array(Uint32Array.from(source, (value) => value & (2 ** bitsStored - 1)).buffer)
}

/** The decoder knows 8 bits a pixel; the extended process has 12. */
function refuseDeepJpeg(stream: Uint8Array, path: string): void {
  for (let at = 2; at + 5 < stream.length && stream[at] === 0xff; at += 2 + ((stream[at + 2] << 8) | stream[at + 3])) {
    const marker = stream[at + 1]
    if ((marker === 0xc0 || marker === 0xc1 || marker === 0xc2) && stream[at + 4] !== 8) {
      throw new OrganMosaicError(
        'invalid-file',
        `${path} is lossy JPEG of ${stream[at + 4]} bits; expected 8. Export it uncompressed or as JPEG 2000.`,
      )
    }
  }
}
