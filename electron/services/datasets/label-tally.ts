// Counts the voxels of every label of one case, says where they lie, and which labels share them.
import type { Border, LabelSource } from '../../../contract/case.ts'
import type { Finding } from '../../../contract/finding.ts'
import type { Geometry, Point } from '../../../contract/geometry.ts'
import { sidedKey, SIDES } from '../../../contract/label-treatment.ts'
import { filledBlocks } from '../../../trainer/imaging/filled-blocks.ts'
import { voxelCount, type VoxelArray } from '../../../trainer/imaging/volume.ts'
import { parseSource, pathOf, type LabelValues } from '../../../trainer/imaging/image-source.ts'
import { createFinding } from './create-finding.ts'
import { measureValues, type MeasuredValue } from './measure-values.ts'
import { CombinationCounter, type SharedVoxels } from './shared-voxels.ts'

export interface Structure {
  readonly voxels: number
  /** Mean position, LPS mm; null without a voxel */
  readonly centre: Point | null
  /** Sides of the image that it touches */
  readonly borders: readonly Border[]
}

/** Values may be off an integer by rounding of slope and intercept. */
const INTEGER_TOLERANCE = 1e-3

const NOTHING: Structure = { voxels: 0, centre: null, borders: [] }

export class LabelTally {
  readonly structures = new Map<string, Structure>()
  /** [depth, height, width], 1 where any label is */
  readonly labelled: Uint8Array
  private readonly geometry: Geometry
  /** null for a case of one label file: its labels share nothing */
  private readonly combinations: CombinationCounter | null

  /** @param files how many label files it will be given */
  constructor(geometry: Geometry, files: number) {
    this.geometry = geometry
    this.combinations = files > 1 ? new CombinationCounter(voxelCount(geometry.shape)) : null
    this.labelled = new Uint8Array(voxelCount(geometry.shape))
  }

  /**
   * Takes in a label map, or one mask file.
   * @param data [depth, height, width] on the image's grid
   * @param keyOf what a value stands for
   */
  add(data: VoxelArray, source: LabelSource, caseId: string, keyOf: (value: number) => string): Finding[] {
    const values = measureValues(data, this.geometry)
    const odd = [...values.keys()].find((value) => !isInteger(value))
    if (odd !== undefined) {
      const advice = 'label maps hold one integer a voxel (was it interpolated?). Re-export it, or exclude the case.'
      const message = `Case ${caseId}: ${pathOf(source.path)} holds ${odd}; ${advice}`
      return [createFinding('error', 'non-integer-label', message, { caseId })]
    }
    if (source.kind === 'mask') {
      const several = severalValues([...values.keys()], source, keyOf, caseId)
      if (several) return [several]
    }
    for (const [from, to] of filledBlocks(data)) {
      for (let voxel = from; voxel < to; voxel++) if (isForeground(data[voxel])) this.labelled[voxel] = 1
    }
    const keys = new Set(source.kind === 'mask' ? [source.labelKey] : [])
    // The sides of a mask that is split are there even where one of them is empty.
    for (const { key } of source.split ?? []) if (keys.delete(key)) for (const side of sidesOf(key)) keys.add(side)
    for (const key of keys) this.structures.set(key, this.structures.get(key) ?? NOTHING)
    for (const [value, measured] of values) {
      if (!isForeground(value)) continue
      const key = keyOf(value)
      this.structures.set(key, joined(this.structures.get(key) ?? NOTHING, measured))
    }
    this.combinations?.add(data, (value) => (isForeground(value) ? keyOf(value) : null))
    // A label that several files draw has the voxels of all of them, each once.
    for (const [key, voxels] of this.combinations?.voxels() ?? []) {
      const structure = this.structures.get(key)
      if (structure) this.structures.set(key, { ...structure, voxels })
    }
    return []
  }

  shared(): SharedVoxels[] {
    return this.combinations?.shared() ?? []
  }
}

const sidesOf = (key: string): string[] => SIDES.map((side) => sidedKey(key, side))

function joined(known: Structure, { voxels, centre, borders }: MeasuredValue): Structure {
  const total = known.voxels + voxels
  const mean = (axis: 0 | 1 | 2): number =>
    known.centre === null ? centre[axis] : (known.centre[axis] * known.voxels + centre[axis] * voxels) / total
  return {
    voxels: total,
    centre: [mean(0), mean(1), mean(2)],
    borders: [...new Set([...known.borders, ...borders])],
  }
}

/** A mask has one value beside 0, and two where it is split. */
function severalValues(
  values: readonly number[],
  source: LabelSource,
  keyOf: (value: number) => string,
  caseId: string,
): Finding | null {
  const found = [...new Set(values.map(Math.round))].filter(isForeground).sort((a, b) => a - b)
  const { path, part } = parseSource(source.path)
  if (part?.kind === 'values') return undeclaredValues(found, { path, part }, caseId)
  if (found.length === new Set(found.map(keyOf)).size) return null
  const message =
    `Case ${caseId}: the mask ${source.path} holds the values ${found.slice(0, 5).join(', ')}${found.length > 5 ? ' ...' : ''}; ` +
    'expected 0 and one other. Write one file an organ, or exclude the case.'
  return createFinding('error', 'unknown-label-value', message, { caseId })
}

/** Of a label map that is read region by region (read-label.ts): what no region declares is left as it is. */
function undeclaredValues(
  found: readonly number[],
  { path, part }: { path: string; part: LabelValues },
  caseId: string,
): Finding | null {
  const undeclared = found.filter((value) => value !== part.values[0])
  if (undeclared.length === 0) return null
  const listed = undeclared.slice(0, 5).join(', ') + (undeclared.length > 5 ? ' ...' : '')
  const message = `Case ${caseId}: the label map ${path} holds the undeclared value ${listed}; expected 0, ${part.declared.join(', ')}. Correct the label map, or declare the value in dataset.json.`
  return createFinding('error', 'unknown-label-value', message, { caseId })
}

const isInteger = (value: number): boolean => Math.abs(value - Math.round(value)) <= INTEGER_TOLERANCE

const isForeground = (value: number): boolean => Math.round(value) !== 0
