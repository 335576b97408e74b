import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readNifti } from '../../trainer/imaging/nifti/read-nifti.ts'
import { writeNifti } from '../../trainer/imaging/nifti/write-nifti.ts'
import { makeDifferentScanners } from './make-different-scanners.ts'

const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-scanners-'))
const [source, output] = [join(folder, 'source'), join(folder, 'output')]
const side = 12
const geometry = {
  shape: [side, side, side] as [number, number, number],
  spacingMm: [2, 2, 2] as [number, number, number],
  origin: [0, 0, 0] as [number, number, number],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}
/** Half of it bone of 400 HU, half nothing. */
const ct = Int16Array.from({ length: side ** 3 }, (_, voxel) => (voxel < side ** 3 / 2 ? 400 : -1024))

beforeAll(async () => {
  for (const path of ['a/images/1', 'b/2/ct', 'c/images/3', 'test/images/4', 'test/images/5', 'test/images/6']) {
    mkdirSync(dirname(join(source, path)), { recursive: true })
    await writeNifti(join(source, `${path}.nii.gz`), { data: ct, geometry })
  }
  await writeNifti(join(source, 'b/2/organ.nii.gz'), { data: Uint8Array.from(ct, (hu) => Number(hu > 0)), geometry })
  writeFileSync(join(source, 'a/labels.csv'), 'value,name\n')
})

/** Mean and standard deviation of the bone away from its edges. */
async function boneOf(path: string): Promise<{ mean: number; sd: number }> {
  const { data } = (await readNifti(join(output, path))).volume
  const bone = [...data].filter((_, voxel) => {
    const [z, y, x] = [Math.floor(voxel / side ** 2), Math.floor(voxel / side) % side, voxel % side]
    return z < side / 2 - 1 && y > 0 && y < side - 1 && x > 0 && x < side - 1
  })
  const mean = bone.reduce((sum, value) => sum + value, 0) / bone.length
  return { mean, sd: Math.sqrt(bone.reduce((sum, value) => sum + (value - mean) ** 2, 0) / bone.length) }
}

test('each folder has a scanner of its own, the test cases have all in turn; what is no image stays', async () => {
  expect([...(await makeDifferentScanners(source, output))]).toEqual([
    ['a', '1 images, sharp and noisy'],
    ['b', '1 images, smooth'],
    ['c', '1 images, cone beam'],
    ['test', '3 images, each scanner in turn'],
  ])
  const looks = [
    ['a/images/1.nii.gz', 'test/images/4.nii.gz', 400, 50],
    ['b/2/ct.nii.gz', 'test/images/5.nii.gz', 415, 8],
    ['c/images/3.nii.gz', 'test/images/6.nii.gz', 240, 30],
  ] as const
  for (const [training, testing, mean, sd] of looks) {
    for (const bone of [await boneOf(training), await boneOf(testing)]) {
      expect(Math.abs(bone.mean - mean)).toBeLessThan(sd / 5)
      expect(Math.abs(bone.sd / sd - 1)).toBeLessThan(0.2)
    }
  }
  expect((await readNifti(join(output, 'c/images/3.nii.gz'))).volume.data.at(-1)).toBe(-1024)
  for (const same of ['b/2/organ.nii.gz', 'a/labels.csv']) {
    expect(readFileSync(join(output, same))).toEqual(readFileSync(join(source, same)))
    expect(statSync(join(output, same)).nlink).toBe(2)
  }
})

test('a folder that exists, a folder without CT', async () => {
  await expect(makeDifferentScanners(source, output)).rejects.toThrow('exists already')
  mkdirSync(join(folder, 'empty/site'), { recursive: true })
  await expect(makeDifferentScanners(join(folder, 'empty'), join(folder, 'more'))).rejects.toThrow('found none')
})
