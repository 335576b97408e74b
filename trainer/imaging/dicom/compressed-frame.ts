// One compressed frame to the values that were stored, by the codec of its transfer syntax. Knows no file, so that another
// thread can do it.
import { OrganMosaicError } from '../../../contract/errors.ts'
import { damaged } from '../files/read-bytes.ts'
import { decodeWith, type CodecName, type DecodedFrame } from './codecs.ts'
import { decodeGuarded } from './guarded-codec.ts'
import { decodeJpegLossless } from './jpeg-lossless.ts'
import type { PixelFormat } from './pixel-format.ts'
import { decodeRunLength } from './run-length.ts'
import { valuesOf, type FrameValues } from './stored-values.ts'

export interface CompressedFrame {
  readonly stream: Uint8Array
  readonly transferSyntax: string
  readonly format: PixelFormat
  /** Of the file, for messages */
  readonly path: string
}

/** @throws OrganMosaicError invalid-file. @returns [rows, columns] */
export type DecodeFrame = (frame: CompressedFrame) => Promise<FrameValues>

const JPEG = '1.2.840.10008.1.2.4.'
const RUN_LENGTH = '1.2.840.10008.1.2.5'
const CODECS: Readonly<Record<string, CodecName | 'lossless'>> = {
  ...{ [`${JPEG}50`]: 'JPEGDecoder', [`${JPEG}51`]: 'JPEGDecoder' },
  ...{ [`${JPEG}57`]: 'lossless', [`${JPEG}70`]: 'lossless' },
  ...{ [`${JPEG}80`]: 'JpegLSDecoder', [`${JPEG}81`]: 'JpegLSDecoder' },
  ...{ [`${JPEG}90`]: 'J2KDecoder', [`${JPEG}91`]: 'J2KDecoder' },
}

export const isCompressed = (transferSyntax: string): boolean =>
  transferSyntax === RUN_LENGTH || transferSyntax in CODECS

export const decodeCompressed: DecodeFrame = async ({ stream, transferSyntax, format, path }) => {
  const { rows, columns, bitsAllocated } = format
  if (transferSyntax === RUN_LENGTH) {
    return valuesOf(decodeRunLength(stream, rows * columns, bitsAllocated / 8, path), format)
  }
  const codec = CODECS[transferSyntax] as CodecName | 'lossless' | undefined
  if (codec === undefined) {
    throw new OrganMosaicError(
      'invalid-file',
      `${path} is compressed in a way that is not read (transfer syntax ${transferSyntax}); export it uncompressed or as lossless JPEG 2000.`,
    )
  }
  if (codec === 'JPEGDecoder') refuseDeepJpeg(stream, path)
  const frame = await frameOf(codec, stream, path, rows * columns)
  if (frame.width !== columns || frame.height !== rows || frame.components !== 1) {
    throw damaged(
      path,
      `holds compressed pixels of ${frame.height} x ${frame.width} (${frame.components} a pixel); its header says ${rows} x ${columns}`,
    )
  }
  return valuesOf(widened(frame, format), { ...format, highBit: format.bitsStored - 1 })
}

async function frameOf(
  codec: CodecName | 'lossless',
  stream: Uint8Array,
  path: string,
  pixels: number,
): Promise<DecodedFrame> {
  if (codec === 'lossless') return losslessFrame(stream, path)
  return codec === 'JpegLSDecoder'
    ? decodeGuarded({ name: codec, stream, path }, pixels)
    : decodeWith(codec, stream, path)
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
