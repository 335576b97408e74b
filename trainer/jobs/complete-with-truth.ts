// Export of a registered case: its true labels as they are, the model's prediction where they leave a voxel open.
import { join } from 'node:path'
import type { TrainJob } from '../../contract/job.ts'
import type { OrganId } from '../../contract/organ.ts'
import { canonicalTransform, fromCanonical, reorientGeometry } from '../imaging/canonical.ts'
import type { Volume } from '../imaging/volume.ts'
import { BACKGROUND, type ClassSet } from '../labels/label-sets.ts'
import { codebookClasses, isDrawn, type Study } from '../labels/study.ts'
import { readLabels } from '../preprocessing/read-labels.ts'

export interface CompletedSegmentation {
  /** Union class of each voxel on the image's grid. */
  readonly labelMap: Volume<Uint8Array>
  /** See PROVENANCE; null when nothing but the model spoke. */
  readonly provenance: Volume<Uint8Array> | null
  /** Organs that have a label of their own in this case. */
  readonly drawnOrgans: ReadonlySet<OrganId>
}

/** Who says what a voxel is. Divided: a true label covers it and leaves several organs open, of which the model chose. */
export const PROVENANCE = { background: 0, model: 1, divided: 254, truth: 255 } as const

/**
 * @param predicted union classes on the image's own grid
 * @param probabilityOf of a union class on that grid; asked only where a label covers several organs
 */
export async function completeWithTruth(
  run: Pick<TrainJob, 'datasets'>,
  study: Study,
  images: readonly string[],
  predicted: Volume<Uint8Array>,
  probabilityOf: (unionClass: number) => Volume<Float32Array>,
): Promise<CompletedSegmentation> {
  const found = run.datasets
    .flatMap((dataset, index) => dataset.cases.map((entry) => ({ dataset, index, entry })))
    .find(({ dataset, entry }) => join(dataset.root, entry.images[0]!) === images[0])
  if (!found) return { labelMap: predicted, provenance: null, drawnOrgans: new Set() }
  const transform = canonicalTransform(predicted.geometry)
  const canonical = reorientGeometry(predicted.geometry, transform)
  const { codes, codebook } = await readLabels(found.dataset, found.entry, canonical)
  const own = fromCanonical({ data: codes, geometry: canonical }, transform).data
  const sets = codebookClasses(study, found.index, found.entry, codebook)
  const labelMap = new Uint8Array(own.length)
  const provenance = new Uint8Array(own.length)
  const likelyOf = memoised((unionClass: number) => probabilityOf(unionClass).data)
  const fallbacks = sets.map((set) => fallbackOf(study, set, likelyOf))
  for (let v = 0; v < own.length; v++) {
    const set = sets[own[v]!]!
    const guess = predicted.data[v]!
    // The prediction may only choose among what the true labels leave open.
    const value = set.includes(guess) ? guess : fallbacks[own[v]!]!(v)
    labelMap[v] = value
    if (value !== BACKGROUND) provenance[v] = speakerOf(set)
  }
  const { geometry } = predicted
  return {
    labelMap: { data: labelMap, geometry },
    provenance: { data: provenance, geometry },
    drawnOrgans: new Set(
      found.dataset.labels
        .filter((label) => label.organs.length === 1 && isDrawn(found.entry, label))
        .flatMap(({ organs }) => organs),
    ),
  }
}

function speakerOf(set: ClassSet): number {
  if (set.length === 1) return PROVENANCE.truth
  return set.includes(BACKGROUND) ? PROVENANCE.model : PROVENANCE.divided
}

/**
 * What a voxel is where the model says something that its label rules out: background if that is open, else the organ around
 * the others, else the one of them that the model holds for likeliest there.
 */
function fallbackOf(
  { union }: Study,
  set: ClassSet,
  likelyOf: (unionClass: number) => Float32Array,
): (voxel: number) => number {
  if (set.includes(BACKGROUND)) return () => BACKGROUND
  const partOf = (c: number): readonly OrganId[] => union.partOf.get(union.organs[c - 1]!) ?? []
  const isWhole = (c: number): boolean =>
    set.every((other) => other === c || partOf(other).includes(union.organs[c - 1]!))
  const whole = set.length === 1 ? set[0] : set.find(isWhole)
  if (whole !== undefined) return () => whole
  return (voxel) => set.reduce((best, c) => (likelyOf(c)[voxel]! > likelyOf(best)[voxel]! ? c : best))
}

function memoised<T>(make: (key: number) => T): (key: number) => T {
  const made = new Map<number, T>()
  return (key) => {
    const value = made.get(key) ?? make(key)
    made.set(key, value)
    return value
  }
}
