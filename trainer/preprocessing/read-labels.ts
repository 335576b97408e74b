// All label files of a case as one volume of codes. A code stands for the set of labels that cover a voxel, so
// overlapping masks lose nothing and no label value is too large.
import { join } from 'node:path'
import type { Case, LabelSource } from '../../contract/case.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Geometry } from '../../contract/geometry.ts'
import type { JobDataset } from '../../contract/job.ts'
import { toCanonical } from '../imaging/canonical.ts'
import { compareGeometry } from '../imaging/geometry.ts'
import { readLabelSource } from '../imaging/treated/read-label-source.ts'
import { voxelCount, type Volume, type VoxelArray } from '../imaging/volume.ts'

export interface CodedLabels {
  /** [depth, height, width] on the image's canonical grid */
  readonly codes: Uint8Array
  /** Code -> sorted label keys; code 0 is [] */
  readonly codebook: string[][]
}

/**
 * @param grid the image's grid in canonical axis order
 * @throws OrganMosaicError invalid-data for another grid, an unknown value, or more than 255 combinations of labels
 */
export async function readLabels(dataset: JobDataset, caseEntry: Case, grid: Geometry): Promise<CodedLabels> {
  const codes = new Uint8Array(voxelCount(grid.shape))
  const codebook: string[][] = [[]]
  for (const source of caseEntry.labels) {
    const path = join(dataset.root, source.path)
    // A repair counts voxels as the image file does; everything else finds its place by itself.
    const place = source.repair === undefined ? grid : (caseEntry.geometry ?? grid)
    const read = await readLabelSource(dataset.root, source, place)
    const { volume } = toCanonical(read.volume)
    requireSameGrid(volume, grid, caseEntry.id, path)
    const keyOf = labelKeys(dataset, source, read.keyOf, `Case ${caseEntry.id}: ${path}`)
    addLabels(codes, codebook, volume.data, keyOf, `Case ${caseEntry.id}`)
  }
  return { codes, codebook }
}

/** Value -> label key, null for background. A label map has a key a value; a mask has one key for all but 0. */
function labelKeys(dataset: JobDataset, source: LabelSource, keyOf: (value: number) => string, where: string) {
  if (source.kind === 'mask') return (value: number) => (value > 0 ? keyOf(value) : null)
  const known = new Set(dataset.labels.map((label) => label.key))
  return (value: number): string | null => {
    if (value === 0) return null
    const key = keyOf(value)
    if (known.has(key)) return key
    throw new OrganMosaicError(
      'invalid-data',
      `${where} holds the value ${key}, which is no label of dataset ${dataset.name} ` +
        `(${[...known].join(', ')}). Register the dataset again or exclude the case.`,
    )
  }
}

function requireSameGrid(volume: Volume, grid: Geometry, caseId: string, path: string): void {
  // registration reports smaller drifts; the image's grid is believed then
  const { same, message } = compareGeometry(grid, volume.geometry, Math.min(...grid.spacingMm))
  if (same) return
  throw new OrganMosaicError(
    'invalid-data',
    `Case ${caseId}: ${path} does not lie on its image: ${message}. Re-export the label or exclude the case.`,
  )
}

function addLabels(
  codes: Uint8Array,
  codebook: string[][],
  values: VoxelArray,
  keyOf: (value: number) => string | null,
  where: string,
): void {
  // runs of equal (code, value) pairs are long: remembering each pair keeps the loop free of lookups
  const next = new Map<number, Map<number, number>>()
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === 0) continue
    let ofValue = next.get(value)
    if (!ofValue) next.set(value, (ofValue = new Map()))
    let code = ofValue.get(codes[i])
    if (code === undefined) {
      const key = keyOf(value)
      code = key === null ? codes[i] : codeWith(codebook, codes[i], key, where)
      ofValue.set(codes[i], code)
    }
    codes[i] = code
  }
}

/** The code of a code's labels and one more; added to the codebook when new. */
function codeWith(codebook: string[][], code: number, key: string, where: string): number {
  const keys = [...new Set([...codebook[code], key])].sort()
  const found = codebook.findIndex((other) => other.length === keys.length && other.every((k, n) => k === keys[n]))
  if (found >= 0) return found
  if (codebook.length === 256) {
    throw new OrganMosaicError(
      'invalid-data',
      `${where} has more than 255 different combinations of overlapping labels. Register fewer labels or exclude the case.`,
    )
  }
  return codebook.push(keys) - 1
}
