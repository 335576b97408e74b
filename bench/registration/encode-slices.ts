// Slices of 16 bits as a scanner or an archive compresses them: lossless, each as the pixel data of a DICOM file.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { encodeJpegLossless } from './jpeg-lossless-encoder.ts'

export type Compression = 'none' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000'

export const TRANSFER_SYNTAX: Readonly<Record<Compression, string>> = {
  none: '1.2.840.10008.1.2.1',
  'jpeg-lossless': '1.2.840.10008.1.2.4.70',
  'jpeg-ls': '1.2.840.10008.1.2.4.80',
  'jpeg-2000': '1.2.840.10008.1.2.4.90',
}

export type EncodeSlice = (pixels: Uint16Array, side: number) => Uint8Array

interface Encoder {
  readonly getDecodedBuffer: (frame: object) => Uint8Array
  readonly encode: () => void
  readonly getEncodedBuffer: () => Uint8Array
  readonly delete: () => void
}
type Codec = Readonly<Record<string, new () => Encoder>>

const require = createRequire(import.meta.url)

export async function openEncoder(compression: Compression): Promise<EncodeSlice> {
  switch (compression) {
    case 'none':
      return (pixels) => new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
    case 'jpeg-lossless':
      return encodeJpegLossless
    case 'jpeg-ls':
      return openCodec('@cornerstonejs/codec-charls', 'JpegLSEncoder')
    case 'jpeg-2000':
      return openCodec('@cornerstonejs/codec-openjpeg', 'J2KEncoder')
  }
}

async function openCodec(name: string, className: string): Promise<EncodeSlice> {
  const wasmBinary = await readFile(require.resolve(`${name}/wasm`))
  const silent = (): void => undefined
  const load = require(`${name}/wasmjs`) as (options: object) => Promise<Codec>
  const codec = await load({ wasmBinary, print: silent, printErr: silent })
  return (pixels, side) => {
    const encoder = new codec[className]!()
    const frame = { width: side, height: side, bitsPerSample: 16, componentCount: 1, isSigned: false }
    encoder.getDecodedBuffer(frame).set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
    encoder.encode()
    const bytes = new Uint8Array(encoder.getEncodedBuffer())
    encoder.delete()
    return bytes
  }
}
