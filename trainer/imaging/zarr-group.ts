// Volumes on disk: a Zarr v3 group of [depth, height, width] arrays and attributes, chunked, compressed with zstd,
// readable from Python and anywhere else. A folder appears under its name only when it is complete.
import { randomUUID } from 'node:crypto'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import FileSystemStore from '@zarrita/storage/fs'
import * as zarr from 'zarrita'
import type { Shape } from '../../contract/geometry.ts'

const CHUNK = 64
const ZSTD_LEVEL = 1
const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

// Zarr's zstd codec through Node's own zlib: zarrita's reads through WebAssembly and cannot write.
zarr.registry.set('zstd', async () => ({
  fromConfig: () => ({
    kind: 'bytes_to_bytes',
    encode: (bytes: Uint8Array) => compress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } }),
    // a copy at offset 0: typed arrays of 4 bytes need an aligned start
    decode: async (bytes: Uint8Array) => new Uint8Array(await decompress(bytes)),
  }),
}))

const CODECS = [
  { name: 'bytes', configuration: { endian: 'little' } },
  { name: 'zstd', configuration: { level: ZSTD_LEVEL, checksum: false } },
]

export type StoredArray = Float32Array | Uint8Array

export const isZarrGroup = (folder: string): Promise<boolean> =>
  access(join(folder, 'zarr.json')).then(
    () => true,
    () => false,
  )

/** Written beside its place, then renamed; when another process finished the same folder meanwhile, that one stays. */
export async function storeZarrGroup(
  folder: string,
  shape: Shape,
  arrays: Readonly<Record<string, StoredArray>>,
  attributes: Record<string, unknown>,
): Promise<void> {
  const temporary = join(dirname(folder), `.${basename(folder)}.${randomUUID()}.tmp`)
  try {
    await mkdir(temporary, { recursive: true })
    const root = zarr.root(new FileSystemStore(temporary))
    await zarr.create(root, { attributes })
    for (const [name, data] of Object.entries(arrays)) await storeArray(root, name, data, shape)
    await moveInPlace(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

async function moveInPlace(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder)
  } catch (error) {
    if (!(await isZarrGroup(folder))) throw error
    await rm(temporary, { recursive: true, force: true })
  }
}

async function storeArray(
  root: zarr.Location<FileSystemStore>,
  name: string,
  data: StoredArray,
  shape: Shape,
): Promise<void> {
  const array = await zarr.create(root.resolve(name), {
    shape,
    dtype: data instanceof Float32Array ? 'float32' : 'uint8',
    chunkShape: shape.map((size) => Math.min(size, CHUNK)),
    codecs: CODECS,
    // Zarr v3 requires a value; zarr-python refuses the null that zarrita puts by default
    fillValue: 0,
    dimensionNames: ['depth', 'height', 'width'],
  })
  const [, height, width] = shape
  await zarr.set(array, null, { data, shape: [...shape], stride: [height * width, width, 1] })
}

/** Zarr takes a chunk that is missing for one of zeros. Every chunk is written here, so a missing one is damage. */
class CompleteStore extends FileSystemStore {
  override async get(key: zarr.AbsolutePath): Promise<Uint8Array | undefined> {
    const bytes = await super.get(key)
    if (bytes === undefined && key.includes('/c/')) throw new Error(`${key} is missing`)
    return bytes
  }
}

export const readZarrAttributes = async (folder: string): Promise<Record<string, unknown>> =>
  (await zarr.open.v3(zarr.root(new FileSystemStore(folder)), { kind: 'group' })).attrs

/** @throws Error when the array or a part of it is missing, of another type than asked for, or of another shape than `shape` */
export async function readZarrArray<T extends StoredArray>(
  folder: string,
  name: string,
  type: new () => T,
  shape: Shape,
): Promise<T> {
  const array = await zarr.open.v3(zarr.root(new CompleteStore(folder)).resolve(name), { kind: 'array' })
  if (array.shape.length !== 3 || array.shape.some((size, axis) => size !== shape[axis])) {
    throw new Error(`${name}: expected ${shape.join(' x ')}, found ${array.shape.join(' x ')}`)
  }
  const { data } = await zarr.get(array)
  if (!(data instanceof type)) throw new Error(`${name}: expected ${type.name}, found ${array.dtype}`)
  return data
}
