// What the readers make of each file below a folder, one file at a time.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { readImage } from '../../../trainer/imaging/read-image.ts'
import { openSegmentation } from '../../../trainer/imaging/read-label.ts'
import type { VoxelArray } from '../../../trainer/imaging/volume.ts'

export type Outcome =
  | { readonly kind: 'image'; readonly geometry: Geometry; readonly sum: number }
  | { readonly kind: 'segments'; readonly voxels: readonly (number | null)[] }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }

export interface FileOutcome {
  /** Absolute */
  readonly path: string
  readonly outcome: Outcome
}

export async function readEveryFile(folder: string): Promise<FileOutcome[]> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const outcomes: FileOutcome[] = []
  for (const path of paths) outcomes.push({ path, outcome: await readOne(path) })
  return outcomes
}

async function readOne(path: string): Promise<Outcome> {
  try {
    const segmentation = await openSegmentation(path).catch(() => null)
    if (!segmentation || segmentation.segments.length === 0) return await readVolume(path)
    const voxels: (number | null)[] = []
    for (const { id } of segmentation.segments) {
      // A structure set has no grid of its own.
      const painted = await segmentation.paint(id, null).catch(() => null)
      voxels.push(painted ? sumOf(painted.volume.data) : null)
    }
    return { kind: 'segments', voxels }
  } catch (error) {
    const { code, message } = toOrganMosaicError(error)
    return { kind: 'error', code, message }
  }
}

async function readVolume(path: string): Promise<Outcome> {
  const { volume } = await readImage(path)
  return { kind: 'image', geometry: volume.geometry, sum: sumOf(volume.data) }
}

function sumOf(data: VoxelArray): number {
  let sum = 0
  for (const value of data) sum += value
  return sum
}
