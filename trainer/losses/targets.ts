// From class sets to the small tables that losses gather by voxel code. No tensors here.
import type { ClassSet } from '../labels/label-sets.ts'

/** Voxel targets of one patch: an index into `sets` a voxel. */
export interface PatchTarget {
  /** [V] */
  readonly codes: Int32Array
  readonly sets: readonly ClassSet[]
}

export interface TargetTables {
  /** [K, C] 1 where code k may be class c */
  readonly allowed: number[][]
  /** [K] 1 where the code says anything at all (a set of all classes teaches nothing) */
  readonly informative: number[]
  /** The organ sets that are present in the patch, as classes: what Dice is computed over. */
  readonly present: ClassSet[]
  /** [C, L] membership of class c in present set l */
  readonly members: number[][]
  /** [K, L] 1 where the code lies inside present set l: certainly that organ */
  readonly inside: number[][]
  /** [K, L] 1 where the code lies inside or is disjoint from set l: Dice can judge the voxel */
  readonly judged: number[][]
}

const isSubset = (inner: ClassSet, outer: ClassSet): boolean => inner.every((c) => outer.includes(c))
const isDisjoint = (a: ClassSet, b: ClassSet): boolean => a.every((c) => !b.includes(c))
const bit = (value: boolean): number => (value ? 1 : 0)

/**
 * @param classCount classes of the model, background included; sets are in these classes
 * @throws RangeError when a code has no set
 */
export function buildTargetTables(target: PatchTarget, classCount: number): TargetTables {
  const counts = countCodes(target)
  const present = distinctOrganSets(target.sets.filter((_, code) => counts[code]! > 0))
  return {
    allowed: target.sets.map((set) => Array.from({ length: classCount }, (_, c) => bit(set.includes(c)))),
    informative: target.sets.map((set) => bit(set.length < classCount)),
    present,
    members: Array.from({ length: classCount }, (_, c) => present.map((set) => bit(set.includes(c)))),
    inside: target.sets.map((set) => present.map((organ) => bit(isSubset(set, organ)))),
    judged: target.sets.map((set) => present.map((organ) => bit(isSubset(set, organ) || isDisjoint(set, organ)))),
  }
}

/** The same target with each class set once: codes that differ only in where their set came from become one. */
export function mergeEqualSets({ codes, sets }: PatchTarget): PatchTarget {
  const numbers = new Map<string, number>()
  const merged: ClassSet[] = []
  const codeOf = sets.map((set) => {
    const key = set.join(',')
    if (!numbers.has(key)) numbers.set(key, merged.push(set) - 1)
    return numbers.get(key)!
  })
  // A code without a set stays one, so that it is refused where sets are looked up.
  return { codes: codes.map((code) => codeOf[code] ?? sets.length), sets: merged }
}

/** Voxels of each code. */
export function countCodes(target: PatchTarget): Int32Array {
  const counts = new Int32Array(target.sets.length)
  for (const code of target.codes) counts[code]! += 1
  if (target.codes.length > 0 && counts.reduce((sum, n) => sum + n, 0) !== target.codes.length) {
    throw new RangeError(`a voxel code lies outside the ${target.sets.length} class sets of the patch`)
  }
  return counts
}

/** Sets without background, each once. */
function distinctOrganSets(sets: readonly ClassSet[]): ClassSet[] {
  const organSets = sets.filter((set) => set.length > 0 && !set.includes(0))
  return [...new Map(organSets.map((set) => [set.join(','), set])).values()]
}
