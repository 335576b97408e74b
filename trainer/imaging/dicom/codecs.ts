// The WebAssembly decoders of JPEG 2000, JPEG-LS and JPEG, loaded when the first such image comes.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { OrganMosaicError } from '../../../contract/errors.ts'

export interface DecodedFrame {
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
  readonly bitsPerSample: number
  readonly components: number
}

interface FrameInfo {
  readonly width: number
  readonly height: number
  readonly bitsPerSample: number
  readonly componentCount: number
}

interface Decoder {
  readonly getEncodedBuffer: (length: number) => Uint8Array
  readonly decode: () => void
  readonly getDecodedBuffer: () => Uint8Array
  readonly getFrameInfo: () => FrameInfo
  readonly delete: () => void
}

type Codec = Readonly<Record<string, new () => Decoder>>
type LoadCodec = (options: object) => Promise<Codec>
export type CodecName = 'J2KDecoder' | 'JpegLSDecoder' | 'JPEGDecoder'

const PACKAGES: Readonly<Record<CodecName, string>> = {
  J2KDecoder: '@cornerstonejs/codec-openjpeg',
  JpegLSDecoder: '@cornerstonejs/codec-charls',
  JPEGDecoder: '@cornerstonejs/codec-libjpeg-turbo-8bit',
}
const require = createRequire(import.meta.url)
const loaded = new Map<CodecName, Promise<Codec>>()

/** @throws OrganMosaicError invalid-file when the stream is damaged */
export async function decodeWith(name: CodecName, stream: Uint8Array, path: string): Promise<DecodedFrame> {
  const codec = await (loaded.get(name) ?? load(name))
  const decoder = new codec[name]()
  try {
    decoder.getEncodedBuffer(stream.length).set(stream)
    decoder.decode()
    const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo()
    // A copy: the decoder's memory is used again for the next frame.
    return {
      bytes: new Uint8Array(decoder.getDecodedBuffer()),
      width,
      height,
      bitsPerSample,
      components: componentCount,
    }
  } catch (cause) {
    throw new OrganMosaicError(
      'invalid-file',
      `${path} is damaged: its compressed pixels cannot be decoded. Copy or download it again.`,
      { cause },
    )
  } finally {
    decoder.delete()
  }
}

function load(name: CodecName): Promise<Codec> {
  const codec = start(PACKAGES[name])
  loaded.set(name, codec)
  return codec
}

/** The program is handed over: the packages would look for it by an address that their folder does not have. */
async function start(name: string): Promise<Codec> {
  const wasmBinary = await readFile(require.resolve(`${name}/decodewasm`))
  const module = require(`${name}/decodewasmjs`) as LoadCodec
  const silent = (): void => undefined
  return module({ wasmBinary, print: silent, printErr: silent })
}
