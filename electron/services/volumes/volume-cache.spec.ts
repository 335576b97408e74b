import { describe, expect, test } from 'vitest'
import { labelVolume, writeTestFolder } from '../datasets/write-test-folder.ts'
import { join } from 'node:path'
import type { Recipe } from './recipe.ts'
import { createVolumeCache } from './volume-cache.ts'
import { createVolumeDecoder } from './volume-decoder.ts'

const recipe = (path: string): Recipe => ({ kind: 'labels', sources: [{ path, value: null }], grid: null })

async function setUp(limit: number) {
  const root = await writeTestFolder({
    'a.nii.gz': labelVolume({ 1: [0, 0, 1] }),
    'b.nii.gz': labelVolume({ 2: [0, 0, 1] }),
  })
  const decoder = createVolumeDecoder()
  const decoded: string[] = []
  const counting = {
    decode: (wanted: Recipe) => {
      decoded.push(JSON.stringify(wanted))
      return decoder.decode(wanted)
    },
  }
  const [a, b] = ['a', 'b'].map((name) => recipe(join(root, `${name}.nii.gz`)))
  return { cache: createVolumeCache(counting, limit), decoder, decoded, a, b }
}

/** A label volume of the test folder takes 120 bytes. */
describe('the volume cache', () => {
  test('decodes a file once, in its threads', async () => {
    const { cache, decoder, decoded, a } = await setUp(1000)
    const [first, second] = [await cache.get(a).rest, await cache.get(a).rest]
    expect(second.voxels).toBe(first.voxels)
    expect(decoded).toHaveLength(1)
    expect(cache.bytes()).toBe(120)
    await decoder.close()
  })

  test('gives up the oldest beyond its bytes', async () => {
    const { cache, decoder, decoded, a, b } = await setUp(150)
    await cache.get(a).rest
    await cache.get(b).rest
    expect(cache.bytes()).toBe(120)
    await cache.get(a).rest
    expect(decoded).toHaveLength(3)
    await decoder.close()
  })

  test('forgets what could not be decoded', async () => {
    const { cache, decoder, decoded } = await setUp(150)
    const missing = recipe('/nowhere/x.nii.gz')
    await expect(cache.get(missing).rest).rejects.toMatchObject({ code: 'not-found' })
    await expect(cache.get(missing).start).rejects.toMatchObject({ code: 'not-found' })
    expect(decoded).toHaveLength(2)
    await decoder.close()
  })
})
