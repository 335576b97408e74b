// From class sets to the small tables that losses gather by voxel code. No tensors here.
import type { ClassSet } from '../labels/label-sets.ts'

/** Voxel targets of one patch: an index into `sets` a voxel. */
export interface PatchTarget {
  /** [V] */
  readonly codes: Int32Array
  readonly sets: readonly ClassSet[]
}

export interface TargetTables {
  /** [K, C] 1 where code k may be class c; K codes that occur in the patch */
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

/** @param sets what each code may be, in the model's classes, background included; each occurs in the patch */
export function buildTargetTables(sets: readonly ClassSet[], classCount: number): TargetTables {
  const present = distinctOrganSets(sets)
  return {
    allowed: sets.map((set) => Array.from({ length: classCount }, (_, c) => bit(set.includes(c)))),
    informative: sets.map((set) => bit(set.length < classCount)),
    present,
    members: Array.from({ length: classCount }, (_, c) => present.map((set) => bit(set.includes(c)))),
    inside: sets.map((set) => present.map((organ) => bit(isSubset(set, organ)))),
    judged: sets.map((set) => present.map((organ) => bit(isSubset(set, organ) || isDisjoint(set, organ)))),
  }
}

/** Voxels of each set: codes that differ only in where their set came from count together. */
export function countSets(sets: readonly ClassSet[], counts: readonly number[]): number[] {
  const keys = sets.map((set) => set.join(','))
  return keys.map((key) => counts.reduce((sum, count, other) => sum + (keys[other] === key ? count : 0), 0))
}

/**
 * The sets of the codes that occur.
 * @throws RangeError when one has none
 */
export function setsOf(codes: readonly number[], sets: readonly ClassSet[]): ClassSet[] {
  return codes.map((code) => {
    const set = sets[code]
    if (!set) throw new RangeError(`voxel code ${code} lies outside the ${sets.length} class sets of the patch`)
    return set
  })
}

/** Sets without background, each once. */
function distinctOrganSets(sets: readonly ClassSet[]): ClassSet[] {
  const organSets = sets.filter((set) => set.length > 0 && !set.includes(0))
  return [...new Map(organSets.map((set) => [set.join(','), set])).values()]
}
