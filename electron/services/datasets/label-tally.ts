// Counts the voxels of every label of one case, and what touches the ends of the scan.
import type { Finding, LabelSource } from '../../../contract/dataset.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { canonicalTransform } from '../../../trainer/imaging/canonical.ts'
import { filledBlocks } from '../../../trainer/imaging/filled-blocks.ts'
import { voxelCount, type VoxelArray } from '../../../trainer/imaging/volume.ts'
import { createFinding } from './create-finding.ts'

export interface Structure {
  voxels: number
  /** It has voxels in the first or last slice along the patient's superior-inferior axis */
  touchesEnd: boolean
}

/** Voxels that two mask files both claim. */
export interface Overlap {
  readonly first: string
  readonly second: string
  readonly voxels: number
}

/** Values may be off an integer by rounding of slope and intercept. */
const INTEGER_TOLERANCE = 1e-3

export class LabelTally {
  readonly structures = new Map<string, Structure>()
  /** [depth, height, width], 1 where any label is */
  readonly labelled: Uint8Array
  private readonly geometry: Geometry
  /** 1-based position in maskKeys of the mask that claimed a voxel first; only for mask files */
  private owner: Uint16Array | null = null
  private readonly maskKeys: string[] = []
  private readonly overlapVoxels = new Map<string, Overlap>()

  constructor(geometry: Geometry) {
    this.geometry = geometry
    this.labelled = new Uint8Array(voxelCount(geometry.shape))
  }

  /** Takes in a label map, or one mask file. @param data [depth, height, width] on the image's grid */
  add(data: VoxelArray, source: LabelSource, caseId: string): Finding[] {
    const values = countValues(data)
    const odd = [...values.keys()].find((value) => !isInteger(value))
    if (odd !== undefined) {
      const advice = 'label maps hold one integer a voxel (was it interpolated?). Re-export it, or exclude the case.'
      const message = `Case ${caseId}: ${source.path} holds ${odd}; ${advice}`
      return [createFinding('error', 'non-integer-label', message, { caseId })]
    }
    for (const [from, to] of filledBlocks(data)) {
      for (let voxel = from; voxel < to; voxel++) if (isForeground(data[voxel])) this.labelled[voxel] = 1
    }
    const atEnds = valuesAtEnds(data, this.geometry)
    if (source.kind === 'map') {
      for (const [value, voxels] of foregroundOf(values)) {
        const known = this.structures.get(String(value)) ?? { voxels: 0, touchesEnd: false }
        const touchesEnd = known.touchesEnd || atEnds.has(value)
        this.structures.set(String(value), { voxels: known.voxels + voxels, touchesEnd })
      }
      return []
    }
    return this.addMask(data, source.labelKey, source.path, foregroundOf(values), atEnds.size > 0, caseId)
  }

  overlaps(): Overlap[] {
    return [...this.overlapVoxels.values()]
  }

  private addMask(
    data: VoxelArray,
    key: string,
    path: string,
    values: Map<number, number>,
    touchesEnd: boolean,
    caseId: string,
  ): Finding[] {
    if (values.size > 1) {
      const found = [...values.keys()].sort((a, b) => a - b)
      const message =
        `Case ${caseId}: the mask ${path} holds the values ${found.slice(0, 5).join(', ')}${found.length > 5 ? ' ...' : ''}; ` +
        'expected 0 and one other. Write one file an organ, or exclude the case.'
      return [createFinding('error', 'unknown-label-value', message, { caseId })]
    }
    this.structures.set(key, { voxels: values.values().next().value ?? 0, touchesEnd })
    this.claim(data, key)
    return []
  }

  private claim(data: VoxelArray, key: string): void {
    this.owner ??= new Uint16Array(data.length)
    const own = this.maskKeys.push(key)
    const shared = new Map<number, number>()
    for (const [from, to] of filledBlocks(data)) {
      for (let voxel = from; voxel < to; voxel++) {
        if (!isForeground(data[voxel])) continue
        const owner = this.owner[voxel]
        if (owner === 0) this.owner[voxel] = own
        else shared.set(owner, (shared.get(owner) ?? 0) + 1)
      }
    }
    for (const [owner, voxels] of shared) {
      const first = this.maskKeys[owner - 1]
      this.overlapVoxels.set(`${owner} ${own}`, { first, second: key, voxels })
    }
  }
}

const isInteger = (value: number): boolean => Math.abs(value - Math.round(value)) <= INTEGER_TOLERANCE

const isForeground = (value: number): boolean => Math.round(value) !== 0

/** Rounded values without background. */
function foregroundOf(values: Map<number, number>): Map<number, number> {
  const foreground = new Map<number, number>()
  for (const [value, voxels] of values) {
    const rounded = Math.round(value)
    if (rounded !== 0) foreground.set(rounded, (foreground.get(rounded) ?? 0) + voxels)
  }
  return foreground
}

/** Voxels a value, without most of those that are 0. Labels come in runs, so the map is asked once a run. */
function countValues(data: VoxelArray): Map<number, number> {
  const counts = new Map<number, number>()
  for (const [from, to] of filledBlocks(data)) {
    let start = from
    for (let voxel = from + 1; voxel <= to; voxel++) {
      if (voxel < to && data[voxel] === data[start]) continue
      counts.set(data[start], (counts.get(data[start]) ?? 0) + voxel - start)
      start = voxel
      // thousands of different values are no label map; what was seen is enough to say so
      if (counts.size > 65_536) return counts
    }
  }
  return counts
}

/** Rounded foreground values in the two end slices along the axis that runs closest to superior-inferior. */
function valuesAtEnds(data: VoxelArray, geometry: Geometry): Set<number> {
  const { shape } = geometry
  const axis = canonicalTransform(geometry).axes[0]
  const strides = [shape[1] * shape[2], shape[2], 1]
  const [rows, columns] = [0, 1, 2].filter((other) => other !== axis)
  const values = new Set<number>()
  for (const end of [0, shape[axis] - 1]) {
    for (let row = 0; row < shape[rows]; row++) {
      for (let column = 0; column < shape[columns]; column++) {
        const value = Math.round(data[end * strides[axis] + row * strides[rows] + column * strides[columns]])
        if (value !== 0) values.add(value)
      }
    }
  }
  return values
}
