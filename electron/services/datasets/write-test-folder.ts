// Test support: dataset folders written to a temporary place from a table of paths and contents.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Dataset } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { writeNifti } from '../../../trainer/imaging/nifti/write-nifti.ts'
import type { Volume, VoxelArray } from '../../../trainer/imaging/volume.ts'

export type TestFolder = Record<string, Volume | string | Uint8Array>

/** [depth, height, width] = [4, 5, 6], 2 x 1 x 1 mm: a voxel has 2 mm³ */
export const GRID: Geometry = {
  shape: [4, 5, 6],
  spacingMm: [2, 1, 1],
  origin: [-10, 20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-datasets-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** @returns the absolute path; the folder is removed when the test ends */
export async function writeTestFolder(content: TestFolder): Promise<string> {
  const root = temporaryFolder()
  for (const [path, file] of Object.entries(content)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    if (typeof file === 'string' || file instanceof Uint8Array) writeFileSync(join(root, path), file)
    else await writeNifti(join(root, path), file)
  }
  return root
}

/** CT-like values that differ with the seed, so that no two images are the same. */
export function imageVolume(seed: number, geometry: Partial<Geometry> = {}): Volume<Int16Array> {
  const grid = { ...GRID, ...geometry }
  const voxels = grid.shape[0] * grid.shape[1] * grid.shape[2]
  const data = Int16Array.from({ length: voxels }, (_, at) => (at === 0 ? -1000 : ((at * 31 + seed * 17) % 200) - 50))
  return { data, geometry: grid }
}

/** @param boxes label value -> [firstSlice, lastSlice, voxels of the first row of each of these slices] */
export function labelVolume(
  boxes: Record<number, [number, number, number]>,
  geometry: Partial<Geometry> = {},
): Volume<Uint8Array> {
  const grid = { ...GRID, ...geometry }
  const [depth, height, width] = grid.shape
  const data = new Uint8Array(depth * height * width)
  for (const [row, [value, [first, last, voxels]]] of Object.entries(boxes).entries()) {
    for (let k = first; k <= last; k++)
      data.fill(Number(value), (k * height + row) * width, (k * height + row) * width + voxels)
  }
  return { data, geometry: grid }
}

/** The same grid with other voxels. */
export const withData = (volume: Volume, data: VoxelArray): Volume => ({ ...volume, data })

/** Organs that fill small test images reach their border: quality/quality.spec.ts is about what is said of that. */
export const findingsOf = ({ findings }: Pick<Dataset, 'findings'>): Finding[] =>
  findings.filter(({ code }) => code !== 'organ-at-border')
