// Slices of 16 bits as a scanner or an archive compresses them: lossless, each as the pixel data of a DICOM file.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { encodeJpegLossless } from './jpeg-lossless-encoder.ts'

export type Compression = 'none' | 'run-length' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000'

export const TRANSFER_SYNTAX: Readonly<Record<Compression, string>> = {
  none: '1.2.840.10008.1.2.1',
  'run-length': '1.2.840.10008.1.2.5',
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
    case 'run-length':
      return encodeRunLength
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

/** PS3.5, annex G: high bytes, then low bytes, each in runs. */
function encodeRunLength(pixels: Uint16Array): Uint8Array {
  const planes = [8, 0].map((shift) => packBits(Uint8Array.from(pixels, (value) => value >>> shift)))
  const head = Buffer.alloc(64)
  head.writeUInt32LE(2, 0)
  head.writeUInt32LE(64, 4)
  head.writeUInt32LE(64 + planes[0]!.length, 8)
  return Buffer.concat([head, ...planes])
}

function packBits(bytes: Uint8Array): Uint8Array {
  const packed: number[] = []
  for (let at = 0; at < bytes.length;) {
    let run = 1
    while (run < 128 && bytes[at + run] === bytes[at]) run++
    if (run > 2) packed.push(257 - run, bytes[at]!)
    else {
      run = 1
      while (run < 128 && at + run < bytes.length && bytes[at + run] !== bytes[at + run + 1]) run++
      packed.push(run - 1, ...bytes.subarray(at, at + run))
    }
    at += run
  }
  if (packed.length % 2 === 1) packed.push(0)
  return Uint8Array.from(packed)
}
