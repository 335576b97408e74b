// Which labels of a case share voxels: counted by combination of labels, because only that tells the union of several.
import type { VoxelArray } from '../../../trainer/imaging/volume.ts'
import { filledBlocks } from '../../../trainer/imaging/filled-blocks.ts'

/** Two or more labels, in alphabetical order, and the voxels that these and no others cover. */
export interface SharedVoxels {
  readonly keys: readonly string[]
  readonly voxels: number
}

export interface Overlap {
  readonly first: string
  readonly second: string
  readonly voxels: number
}

/** Every pair of labels that share voxels. */
export function overlapsOf(shared: readonly SharedVoxels[]): Overlap[] {
  const pairs = new Map<string, Overlap>()
  for (const { keys, voxels } of shared) {
    keys.forEach((first, at) => {
      for (const second of keys.slice(at + 1)) {
        const name = JSON.stringify([first, second])
        pairs.set(name, { first, second, voxels: (pairs.get(name)?.voxels ?? 0) + voxels })
      }
    })
  }
  return [...pairs.values()]
}

/** Voxels that are covered by at least one of these labels. */
export function unionVoxels(
  keys: readonly string[],
  voxelsOf: (key: string) => number,
  shared: readonly SharedVoxels[],
): number {
  const wanted = new Set(keys)
  const sum = [...wanted].reduce((total, key) => total + voxelsOf(key), 0)
  return shared.reduce((total, { keys: together, voxels }) => {
    const counted = together.filter((key) => wanted.has(key)).length
    return counted > 1 ? total - (counted - 1) * voxels : total
  }, sum)
}

/** A code a voxel holds so many combinations; labels beyond them leave the voxel as it is. */
const MOST_COMBINATIONS = 65_536

/** Takes label files one after the other; a voxel has the code of the labels that cover it so far. */
export class CombinationCounter {
  private readonly codes: Uint16Array
  private readonly combinations: { keys: readonly string[]; voxels: number }[] = [{ keys: [], voxels: 0 }]
  private readonly codeOf = new Map<string, number>([['[]', 0]])

  constructor(voxels: number) {
    this.codes = new Uint16Array(voxels)
  }

  /** @param keyOf what a value stands for; null for background */
  add(data: VoxelArray, keyOf: (value: number) => string | null): void {
    // value -> code so far -> code with its label; runs of equal voxels are long, and need no look-up
    const next = new Map<number, Map<number, number>>()
    let [lastValue, lastBefore, code] = [0, 0, 0]
    for (const [from, to] of filledBlocks(data)) {
      for (let voxel = from; voxel < to; voxel++) {
        const value = data[voxel]
        if (value === 0) continue
        const before = this.codes[voxel]
        if (value !== lastValue || before !== lastBefore) {
          let ofValue = next.get(value)
          if (!ofValue) next.set(value, (ofValue = new Map()))
          code = ofValue.get(before) ?? this.with(before, keyOf(value))
          ofValue.set(before, code)
          lastValue = value
          lastBefore = before
        }
        if (code === before) continue
        this.combinations[before].voxels--
        this.combinations[code].voxels++
        this.codes[voxel] = code
      }
    }
  }

  shared(): SharedVoxels[] {
    return this.combinations.filter(({ keys, voxels }) => keys.length > 1 && voxels > 0)
  }

  /** Voxels of every label, each counted once however many files draw it. */
  voxels(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { keys, voxels } of this.combinations) {
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + voxels)
    }
    return counts
  }

  private with(code: number, key: string | null): number {
    if (key === null || this.combinations[code].keys.includes(key)) return code
    const keys = [...this.combinations[code].keys, key].sort()
    const name = JSON.stringify(keys)
    const known = this.codeOf.get(name)
    if (known !== undefined) return known
    if (this.combinations.length === MOST_COMBINATIONS) return code
    this.codeOf.set(name, this.combinations.length)
    return this.combinations.push({ keys, voxels: 0 }) - 1
  }
}
