// Test helpers: preprocessed cases and pseudo labels of a few hundred voxels, on disk.
import { join } from 'node:path'
import type { Shape } from '../../contract/geometry.ts'
import { voxelCount } from '../imaging/volume.ts'
import { storePreprocessed } from '../preprocessing/preprocessed-store.ts'
import { gridOf } from '../imaging/test-dataset.ts'
import { storePseudoLabels } from '../pseudo-labels/pseudo-label-store.ts'

/** Voxel value by position. */
export type Rule = (z: number, y: number, x: number) => number

export function fill<T extends Float32Array | Uint8Array>(data: T, [, height, width]: Shape, rule: Rule): T {
  for (let v = 0; v < data.length; v++) {
    data[v] = rule(Math.floor(v / (height * width)), Math.floor(v / width) % height, v % width)
  }
  return data
}

/** @returns the folder of the case; its image holds every voxel's own number unless a rule says otherwise */
export async function storeTestCase(
  parent: string,
  name: string,
  shape: Shape,
  labels: { codebook: string[][]; rule: Rule },
  image?: Rule,
): Promise<string> {
  const folder = join(parent, `${name}.zarr`)
  const geometry = gridOf(shape, [2, 2, 2])
  const numbers = new Float32Array(voxelCount(shape)).map((_, v) => v)
  await storePreprocessed(folder, {
    image: image ? fill(numbers, shape, image) : numbers,
    labels: fill(new Uint8Array(voxelCount(shape)), shape, labels.rule),
    codebook: labels.codebook,
    shape,
    channels: 1,
    geometry,
    originalGeometry: geometry,
    imageHash: name,
    transform: { axes: [0, 1, 2], flips: [false, false, false] },
    crop: { start: [0, 0, 0], shape },
  })
  return folder
}

/** @param sets class sets of the codes; null is ignored */
export async function storeTestPseudoLabels(
  parent: string,
  name: string,
  shape: Shape,
  labels: { sets: (number[] | null)[]; rule: Rule },
): Promise<string> {
  const folder = join(parent, `${name}-pseudo.zarr`)
  const codes = fill(new Uint8Array(voxelCount(shape)), shape, labels.rule)
  const nothing = new Uint8Array(codes.length)
  const acceptedClasses = labels.sets.flatMap((set) => (set?.length === 1 && set[0] !== 0 ? set : []))
  await storePseudoLabels(folder, {
    shape,
    codes,
    sets: labels.sets,
    acceptedClasses,
    provenance: nothing,
    confidence: nothing,
  })
  return folder
}
