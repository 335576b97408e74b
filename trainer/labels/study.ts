// What a training job knows about its organs: the union, each dataset's labels as class sets, which model knows
// which organ, which organs are each other's mirror image. Derived once from the job, used everywhere.
import type { Case } from '../../contract/case.ts'
import type { Label } from '../../contract/dataset.ts'
import type { JobDataset, TrainJob } from '../../contract/job.ts'
import type { Organ, OrganId } from '../../contract/organ.ts'
import { settleKeys } from '../../contract/overlap-rule.ts'
import { labelClasses, voxelClasses, type ClassSet, type OrganUnion } from './label-sets.ts'

export interface Study {
  readonly union: OrganUnion
  readonly classCount: number
  readonly datasets: readonly JobDataset[]
  /** Per dataset: union classes that its labels touch, ascending, without background. */
  readonly ownClasses: readonly ClassSet[]
  /** Per dataset: union classes that it labels on their own (not only merged), so that its model can tell them. */
  readonly competentClasses: readonly ClassSet[]
  /** Class -> classes of organs whose masks may share voxels with it without either containing the other. */
  readonly overlapping: readonly ClassSet[]
  /** Class -> class of the organ on the other side; null when mirroring would teach wrong sides. */
  readonly counterpart: readonly number[] | null
}

/** @throws never; the job was validated when it was made */
export function describeStudy(job: Pick<TrainJob, 'organs' | 'vocabulary' | 'datasets'>): Study {
  const entries = new Map(job.vocabulary.map((organ) => [organ.id, organ]))
  const union: OrganUnion = { organs: job.organs, partOf: transitivePartOf(job.organs, entries) }
  const labelSets = job.datasets.map((dataset) => dataset.labels.map((label) => labelClasses(union, label.organs)))
  return {
    union,
    classCount: job.organs.length + 1,
    datasets: job.datasets,
    ownClasses: labelSets.map((sets) => [...new Set(sets.flat())].sort((a, b) => a - b)),
    competentClasses: job.datasets.map((dataset) => competentClasses(union, dataset)),
    overlapping: overlappingClasses(job.organs, entries),
    counterpart: counterpartClasses(job.organs, entries),
  }
}

/** Whether label's organs were looked for in this case: an unlabelled organ is never background. */
export const isDelineated = (caseEntry: Case, organs: readonly OrganId[]): boolean =>
  organs.every((organ) => (caseEntry.availability[organ]?.state ?? 'unlabelled') !== 'unlabelled')

/**
 * Whether a label itself was looked for: where only "kidneys" was drawn, "left kidney" was not, although the organ is
 * inside of it. Cases that were registered before this was noted have their organs to go by.
 */
export const isDrawn = (caseEntry: Case, label: Label): boolean =>
  isDelineated(caseEntry, label.organs) && (caseEntry.drawn?.includes(label.key) ?? true)

/** Union classes that the labels delineated in a case speak about. */
export function delineatedClasses(study: Study, datasetIndex: number, caseEntry: Case): ClassSet {
  const labels = study.datasets[datasetIndex]!.labels.filter((label) => isDrawn(caseEntry, label))
  return [...new Set(labels.flatMap((label) => labelClasses(study.union, label.organs)))].sort((a, b) => a - b)
}

/**
 * The class set of each code of a case's label volume.
 * @param codebook code -> keys of the labels that cover the voxel
 */
export function codebookClasses(
  study: Study,
  datasetIndex: number,
  caseEntry: Case,
  codebook: readonly (readonly string[])[],
): ClassSet[] {
  const delineated = study.datasets[datasetIndex]!.labels.filter((label) => isDrawn(caseEntry, label)).map((label) => ({
    key: label.key,
    classes: labelClasses(study.union, label.organs),
  }))
  const settled = new Set(delineated.flatMap((label) => label.classes))
  return codebook.map((covering) => {
    // What yields here says nothing of the voxel: neither that it is its organ, nor that it is not.
    const keys = settleKeys(caseEntry.overlaps ?? [], covering)
    const allowed = voxelClasses(
      delineated.filter((label) => keys.includes(label.key)).map((label) => label.classes),
      delineated.filter((label) => !covering.includes(label.key)).map((label) => label.classes),
      study.classCount,
    )
    // An unlabelled organ that may share voxels with this one is not ruled out by it.
    const shared = allowed.flatMap((c) => study.overlapping[c]!.filter((other) => !settled.has(other)))
    return [...new Set([...allowed, ...shared])].sort((a, b) => a - b)
  })
}

/** Union class -> class of a model that knows `known` (union classes); 0 where it does not know the organ. */
export function modelClassMap(classCount: number, known: ClassSet): number[] {
  return Array.from({ length: classCount }, (_, c) => known.indexOf(c) + 1)
}

/** Organs that a dataset labels on their own, and with them every part of theirs that the union holds. */
function competentClasses(union: OrganUnion, dataset: JobDataset): ClassSet {
  const single = new Set(dataset.labels.flatMap(({ organs }) => (organs.length === 1 ? organs : [])))
  // A dataset that labels the brain and not the brainstem cannot tell brain-without-brainstem.
  const tellsParts = (organ: OrganId) => labelClasses(union, [organ]).every((c) => single.has(union.organs[c - 1]!))
  return union.organs.flatMap((organ, i) => (single.has(organ) && tellsParts(organ) ? [i + 1] : []))
}

function transitivePartOf(organs: readonly OrganId[], entries: ReadonlyMap<OrganId, Organ>): Map<OrganId, OrganId[]> {
  const wholes = (organ: OrganId, seen: Set<OrganId>): Set<OrganId> => {
    for (const whole of entries.get(organ)?.partOf ?? []) {
      if (!seen.has(whole)) wholes(whole, seen.add(whole))
    }
    return seen
  }
  return new Map(organs.map((organ) => [organ, [...wholes(organ, new Set())]]))
}

function overlappingClasses(organs: readonly OrganId[], entries: ReadonlyMap<OrganId, Organ>): ClassSet[] {
  const overlap = (a: OrganId, b: OrganId) =>
    (entries.get(a)?.mayOverlap.includes(b) ?? false) || (entries.get(b)?.mayOverlap.includes(a) ?? false)
  return [
    [],
    ...organs.map((organ) => organs.flatMap((other, i) => (other !== organ && overlap(organ, other) ? [i + 1] : []))),
  ]
}

/** Decided over the whole union, never over one dataset: a lateral organ without its partner forbids mirroring. */
function counterpartClasses(organs: readonly OrganId[], entries: ReadonlyMap<OrganId, Organ>): number[] | null {
  const classes = [0]
  for (const [index, organ] of organs.entries()) {
    const entry = entries.get(organ)
    if (!entry || entry.laterality === null) {
      classes.push(index + 1)
      continue
    }
    const partner = entry.counterpart === null ? -1 : organs.indexOf(entry.counterpart)
    if (partner < 0) return null
    classes.push(partner + 1)
  }
  return classes
}
