// The one way to the labels of a case: a label file with its treatments applied (left out, repaired, split), and
// what its values stand for. Registration, viewer, pictures and training all read through here, so that they see the same.
import { join } from 'node:path'
import type { LabelSource } from '../../../contract/case.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { sidedKey, type SplitMethod } from '../../../contract/label-treatment.ts'
import { readLabel } from '../read-label.ts'
import type { Volume, VoxelArray } from '../volume.ts'
import { repairGrid } from './repair-grid.ts'
import { LEFT, splitSides } from './split-sides.ts'
import { turnOnto } from './turn-onto.ts'

export interface SourceRead {
  readonly volume: Volume
  readonly oddities: string[]
  /** Value -> key of its label; of a mask that is not split, every value but 0 has the one key */
  readonly keyOf: (value: number) => string
  /** Values that are left out and occur */
  readonly leftOut: readonly string[]
  /** Grid of the file, before any repair */
  readonly own: Geometry
}

/** Slope and intercept may leave values this far off an integer. */
const TOLERANCE = 1e-3

/**
 * @param grid of the image; null: the file's own, without repair
 * @throws OrganMosaicError as readLabel and repairGrid
 */
export async function readLabelSource(root: string, source: LabelSource, grid: Geometry | null): Promise<SourceRead> {
  // A segment that lies beside its image cannot be painted onto it: it is read as its file has it.
  const { volume: whole, oddities } = await readLabel(join(root, source.path), source.repair ? null : grid)
  const { volume, leftOut } = withoutLeftOut(whole, source)
  const placed = grid ? placeOn(grid, volume, source) : volume
  const { volume: split, keyOf } = applySplits(placed, source)
  return { volume: split, keyOf, oddities, leftOut, own: volume.geometry }
}

/** In a label map a value that is left out is read as nothing; masks that are left out are not read at all. */
function withoutLeftOut(volume: Volume, source: LabelSource): { volume: Volume; leftOut: string[] } {
  const values = new Map(source.kind === 'map' ? (source.leftOut ?? []).map((key) => [Number(key), key] as const) : [])
  if (values.size === 0) return { volume, leftOut: [] }
  const data = volume.data.slice()
  const found = new Set<string>()
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue
    const key = values.get(Math.round(data[at]))
    if (key === undefined || !isInteger(data[at])) continue
    data[at] = 0
    found.add(key)
  }
  return { volume: { ...volume, data }, leftOut: [...found] }
}

const placeOn = (grid: Geometry, volume: Volume, { repair, path }: LabelSource): Volume =>
  repair ? repairGrid(volume, grid, repair, path) : turnOnto(volume, grid)

export interface SplitRead extends Pick<SourceRead, 'volume' | 'keyOf'> {
  readonly methods: readonly SplitMethod[]
}

/** @param volume as it was read; splits whose plane is not known yet are left alone */
export function applySplits(volume: Volume, source: LabelSource): SplitRead {
  const plain =
    source.kind === 'mask'
      ? () => source.labelKey
      : (value: number) => String(isInteger(value) ? Math.round(value) : value)
  const splits = (source.split ?? []).filter(({ planeMm }) => planeMm !== null)
  if (splits.length === 0) return { volume, keyOf: plain, methods: [] }
  const data = writableCopy(volume.data)
  const keys = new Map<number, string>()
  const methods: SplitMethod[] = []
  let free = Math.ceil(highest(volume.data))
  for (const { key, planeMm } of splits) {
    const { sides, method } = splitSides(maskOf(volume.data, source, key), volume.geometry, planeMm!)
    methods.push(method)
    const [left, right] = [free + 1, free + 2]
    free += 2
    keys.set(left, sidedKey(key, 'left')).set(right, sidedKey(key, 'right'))
    for (let at = 0; at < sides.length; at++) if (sides[at] !== 0) data[at] = sides[at] === LEFT ? left : right
  }
  return { volume: { ...volume, data }, keyOf: (value) => keys.get(Math.round(value)) ?? plain(value), methods }
}

/** 1 where a source carries a label, before it is split. */
export function maskOf(data: VoxelArray, source: LabelSource, key: string): Uint8Array {
  const mask = new Uint8Array(data.length)
  const value = Number(key)
  const isMask = source.kind === 'mask'
  for (let at = 0; at < data.length; at++) {
    if (isMask ? Math.round(data[at]) !== 0 : Math.abs(data[at] - value) <= TOLERANCE) mask[at] = 1
  }
  return mask
}

/** Slope and intercept leave values a little off; anything else between two labels is no label. */
const isInteger = (value: number): boolean => Math.abs(value - Math.round(value)) <= TOLERANCE

/** Room for values beyond those of the file; fractions stay visible to whoever checks for them. */
const writableCopy = (data: VoxelArray): VoxelArray =>
  data instanceof Float32Array || data instanceof Float64Array ? Float64Array.from(data) : Int32Array.from(data)

function highest(data: VoxelArray): number {
  let most = 0
  for (let at = 0; at < data.length; at++) if (data[at] > most) most = data[at]
  return most
}
