// Content hashes: the same voxels are recognised whatever data type, byte order, scaling or compression stored them.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Volume } from './volume.ts'

const BLOCK = 2 ** 18
const READ_BYTES = 2 ** 20

/**
 * SHA-256 (hex) over the shape and the values as little-endian float32. Rounding to float32 lets a float64 copy or a
 * scaled integer copy of an image be found; the geometry does not enter.
 */
export function hashVolume(volume: Volume): string {
  const hash = createHash('sha256').update(`${volume.geometry.shape.join('x')};`)
  const block = new Float32Array(BLOCK)
  for (let start = 0; start < volume.data.length; start += BLOCK) {
    const part = volume.data.subarray(start, start + BLOCK)
    // + 0 makes -0 and 0 one value; NaN has one bit pattern after the copy
    for (let i = 0; i < part.length; i++) block[i] = part[i] + 0
    hash.update(new Uint8Array(block.buffer, 0, part.length * 4))
  }
  return hash.digest('hex')
}

/** The hash of an image with its channels, in their order; with one, the hash of that volume. */
export function hashChannels(channels: readonly Volume[]): string {
  const hashes = channels.map(hashVolume)
  return hashes.length === 1 ? hashes[0] : createHash('sha256').update(hashes.join(';')).digest('hex')
}

/** SHA-256 (hex) over the bytes of one or more files, in the given order. */
export async function hashFile(...paths: string[]): Promise<string> {
  const hash = createHash('sha256')
  // One buffer for all: a series is hundreds of small files.
  const buffer = new Uint8Array(READ_BYTES)
  for (const path of paths) {
    await using file = await open(path, 'r')
    for (let read = READ_BYTES; read > 0;) {
      read = (await file.read(buffer, 0, READ_BYTES, null)).bytesRead
      hash.update(buffer.subarray(0, read))
    }
  }
  return hash.digest('hex')
}
