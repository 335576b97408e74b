import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { hashFile, hashVolume } from './hash.ts'
import type { VoxelArray } from './volume.ts'

const hash = (data: VoxelArray, shape: Shape = [1, 2, 2], origin: [number, number, number] = [0, 0, 0]) =>
  hashVolume({ data, geometry: { shape, spacingMm: [1, 1, 1], origin, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } })

describe('hashVolume', () => {
  const reference = hash(Int16Array.of(0, 1, -2, 300))
  it('is the same for every data type that holds the values, wherever the volume lies', () => {
    expect(hash(Float64Array.of(0, 1, -2, 300))).toBe(reference)
    expect(hash(Int32Array.of(0, 1, -2, 300), [1, 2, 2], [5, 5, 5])).toBe(reference)
    expect(hash(Float32Array.of(-0, 1, -2, 300))).toBe(reference)
    expect(hash(Float64Array.of(0.1, 0, 0, 0))).toBe(hash(Float32Array.of(0.1, 0, 0, 0)))
  })
  it('differs by value, order and shape', () => {
    expect(hash(Int16Array.of(0, 1, -2, 301))).not.toBe(reference)
    expect(hash(Int16Array.of(1, 0, -2, 300))).not.toBe(reference)
    expect(hash(Int16Array.of(0, 1, -2, 300), [2, 2, 1])).not.toBe(reference)
  })
  it('sees the last voxel of a volume longer than a block', () => {
    const long = new Uint8Array(300_000)
    const before = hash(long, [3, 1000, 100])
    long[299_999] = 1
    expect(hash(long, [3, 1000, 100])).not.toBe(before)
  })
})

describe('hashFile', () => {
  it('is the SHA-256 of the bytes of all files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hash-'))
    await writeFile(join(folder, 'a'), 'ab')
    await writeFile(join(folder, 'b'), 'c')
    // the published test vector of "abc"
    expect(await hashFile(join(folder, 'a'), join(folder, 'b'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    await rm(folder, { recursive: true })
  })
})
