// Preprocessed cases on disk: a Zarr v3 group with the arrays image and labels, chunked and compressed with zstd.
import { randomUUID } from 'node:crypto'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import FileSystemStore from '@zarrita/storage/fs'
import * as zarr from 'zarrita'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Shape } from '../../contract/geometry.ts'
import { PreprocessedMetaSchema, type PreprocessedCase } from './preprocessed-case.ts'

const CHUNK = 64
const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

const ZSTD_LEVEL = 1

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

/** Folders appear under their name only when complete. */
export async function isPreprocessed(folder: string): Promise<boolean> {
  return access(join(folder, 'zarr.json')).then(
    () => true,
    () => false,
  )
}

export async function storePreprocessed(folder: string, preprocessed: PreprocessedCase): Promise<void> {
  const { image, labels, shape, ...meta } = preprocessed
  const temporary = join(dirname(folder), `.${basename(folder)}.${randomUUID()}.tmp`)
  try {
    await mkdir(temporary, { recursive: true })
    const root = zarr.root(new FileSystemStore(temporary))
    const attributes = PreprocessedMetaSchema.parse({ format: 'organ-mosaic-preprocessed-1', ...meta })
    await zarr.create(root, { attributes })
    await storeArray(root, 'image', 'float32', image, shape)
    await storeArray(root, 'labels', 'uint8', labels, shape)
    await moveInPlace(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

/** Another job may have finished the same case meanwhile: then its folder stays. */
async function moveInPlace(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder)
  } catch (error) {
    if (!(await isPreprocessed(folder))) throw error
    await rm(temporary, { recursive: true, force: true })
  }
}

async function storeArray<D extends 'float32' | 'uint8'>(
  root: zarr.Location<FileSystemStore>,
  name: string,
  dtype: D,
  data: zarr.TypedArray<D>,
  shape: Shape,
): Promise<void> {
  const array = await zarr.create<FileSystemStore, D>(root.resolve(name), {
    shape,
    dtype,
    chunkShape: shape.map((size) => Math.min(size, CHUNK)),
    codecs: CODECS,
    dimensionNames: ['depth', 'height', 'width'],
  })
  const [, height, width] = shape
  await zarr.set(array, null, { data, shape: [...shape], stride: [height * width, width, 1] })
}

/** @throws OrganMosaicError invalid-file when the folder is not a complete preprocessed case */
export async function openPreprocessed(folder: string): Promise<PreprocessedCase> {
  try {
    const root = zarr.root(new FileSystemStore(folder))
    const group = await zarr.open.v3(root, { kind: 'group' })
    const { format: _, ...meta } = PreprocessedMetaSchema.parse(group.attrs)
    const image = await loadArray(root, 'image', meta.geometry.shape)
    const labels = await loadArray(root, 'labels', meta.geometry.shape)
    if (!(image instanceof Float32Array && labels instanceof Uint8Array)) {
      throw new Error('expected float32 image and uint8 labels')
    }
    return { ...meta, shape: meta.geometry.shape, image, labels }
  } catch (cause) {
    throw new OrganMosaicError(
      'invalid-file',
      `${folder} is not a complete preprocessed case. Delete it; it is made again by the next run.`,
      { cause },
    )
  }
}

async function loadArray(root: zarr.Location<FileSystemStore>, name: string, shape: Shape): Promise<unknown> {
  const array = await zarr.open.v3(root.resolve(name), { kind: 'array' })
  if (array.shape.length !== 3 || array.shape.some((size, axis) => size !== shape[axis])) {
    throw new Error(`${name}: expected ${shape.join(' x ')}, found ${array.shape.join(' x ')}`)
  }
  return (await zarr.get(array)).data
}
