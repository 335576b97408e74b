// Export of a registered case: its true labels as they are, the model's prediction where they leave a voxel open.
import { join } from 'node:path'
import type { TrainJob } from '../../contract/job.ts'
import type { OrganId } from '../../contract/organ.ts'
import { canonicalTransform, fromCanonical, reorientGeometry } from '../imaging/canonical.ts'
import type { Volume } from '../imaging/volume.ts'
import { codebookClasses, delineatedClasses, type Study } from '../labels/study.ts'
import { readLabels } from '../preprocessing/read-labels.ts'

export interface CompletedSegmentation {
  /** Union class of each voxel on the image's grid. */
  readonly labelMap: Volume<Uint8Array>
  /** 0 background, 1 model, 255 true label; null when nothing but the model spoke. */
  readonly provenance: Volume<Uint8Array> | null
  readonly truthOrgans: ReadonlySet<OrganId>
}

const MODEL = 1
const TRUTH = 255

/** @param predicted union classes on the image's own grid */
export async function completeWithTruth(
  run: TrainJob,
  study: Study,
  images: readonly string[],
  predicted: Volume<Uint8Array>,
): Promise<CompletedSegmentation> {
  const found = run.datasets
    .flatMap((dataset, index) => dataset.cases.map((entry) => ({ dataset, index, entry })))
    .find(({ dataset, entry }) => join(dataset.root, entry.images[0]!) === images[0])
  if (!found) return { labelMap: predicted, provenance: null, truthOrgans: new Set() }
  const transform = canonicalTransform(predicted.geometry)
  const canonical = reorientGeometry(predicted.geometry, transform)
  const { codes, codebook } = await readLabels(found.dataset, found.entry, canonical)
  const own = fromCanonical({ data: codes, geometry: canonical }, transform).data
  const sets = codebookClasses(study, found.index, found.entry, codebook)
  const labelMap = new Uint8Array(own.length)
  const provenance = new Uint8Array(own.length)
  for (let v = 0; v < own.length; v++) {
    const set = sets[own[v]!]!
    const guess = predicted.data[v]!
    // The prediction may only choose among what the true labels leave open.
    const certain = set.length === 1 ? set[0]! : null
    const value = certain ?? (set.includes(guess) ? guess : set.includes(0) ? 0 : set[0]!)
    labelMap[v] = value
    if (value !== 0) provenance[v] = certain !== null ? TRUTH : MODEL
  }
  const truthOrgans = new Set(
    delineatedClasses(study, found.index, found.entry).flatMap((c) => study.union.organs[c - 1] ?? []),
  )
  const { geometry } = predicted
  return { labelMap: { data: labelMap, geometry }, provenance: { data: provenance, geometry }, truthOrgans }
}
