// A label is a set of disjoint leaf organs, and the target of a voxel is the set of classes that it may be.
// Merged labels, unlabelled organs, overlapping masks and ignored voxels are all this one mechanism:
// the only place where availability becomes something a loss can use.
import type { OrganId } from '../../contract/organ.ts'

/** Index of background in every class set; class c > 0 is `organs[c - 1]`. */
export const BACKGROUND = 0

/** Sorted class indices that a voxel may be. */
export type ClassSet = readonly number[]

/** The organs of a study in channel order, and which of them are parts of which. */
export interface OrganUnion {
  readonly organs: readonly OrganId[]
  /** organ -> organs that contain it, direct or not, inside or outside the union */
  readonly partOf: ReadonlyMap<OrganId, readonly OrganId[]>
}

/**
 * Class indices of a label: its organs and every part of them in the union.
 * With brain and brainstem in the union, class `brain` means brain without brainstem, and the label "brain" is both.
 */
export function labelClasses(union: OrganUnion, labelOrgans: readonly OrganId[]): ClassSet {
  const wanted = new Set(labelOrgans)
  const classes: number[] = []
  union.organs.forEach((organ, index) => {
    if (wanted.has(organ) || (union.partOf.get(organ) ?? []).some((whole) => wanted.has(whole))) classes.push(index + 1)
  })
  return classes
}

const contains = (outer: ClassSet, inner: ClassSet): boolean => inner.every((c) => outer.includes(c))

/**
 * The classes a voxel may be, given the labels that cover it and the labels that were delineated in its case.
 * @param covering class sets of the labels that cover the voxel
 * @param others class sets of the other labels delineated in this case: the voxel is none of these
 * @param classCount number of organs of the union plus one
 */
export function voxelClasses(covering: readonly ClassSet[], others: readonly ClassSet[], classCount: number): ClassSet {
  const first = covering[0]
  if (!first) {
    const excluded = new Set(others.flat())
    return range(classCount).filter((c) => !excluded.has(c))
  }
  const shared = first.filter((c) => covering.every((set) => set.includes(c)))
  // Masks of organs that exclude each other overlap: the voxel is one of them, nobody knows which.
  const base = shared.length > 0 ? shared : sortedUnion(covering)
  // A label that contains the base (the whole organ around this part) does not speak against it.
  const excluded = new Set(others.filter((set) => !contains(set, base)).flat())
  const rest = base.filter((c) => !excluded.has(c))
  return rest.length > 0 ? rest : base
}

/** Pseudo labels narrow what the true labels leave open, and never contradict them. */
export function narrowByPseudo(allowed: ClassSet, pseudo: ClassSet | null): ClassSet {
  if (pseudo === null) return allowed
  const narrowed = allowed.filter((c) => pseudo.includes(c))
  return narrowed.length > 0 ? narrowed : allowed
}

/**
 * The same set in the classes of a model that knows fewer organs: what it does not know is background to it.
 * @param modelClasses union class -> model class (0 for organs that the model does not know)
 */
export function projectClasses(allowed: ClassSet, modelClasses: readonly number[]): ClassSet {
  return [...new Set(allowed.map((c) => modelClasses[c]!))].sort((a, b) => a - b)
}

/** Left and right exchanged: class -> class of the counterpart (itself without one). */
export function mirrorClasses(allowed: ClassSet, counterpart: readonly number[]): ClassSet {
  return allowed.map((c) => counterpart[c]!).sort((a, b) => a - b)
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

const sortedUnion = (sets: readonly ClassSet[]): number[] => [...new Set(sets.flat())].sort((a, b) => a - b)
