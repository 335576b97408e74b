// What the facts of a case mean once its labels are organs: availability of every organ, and whether it can be used.
import type { Availability, Case, Finding, Label } from '../../../contract/dataset.ts'
import type { OrganId, Vocabulary } from '../../../contract/organ.ts'
import { createFinding } from './create-finding.ts'
import { areExclusive } from './are-exclusive.ts'
import type { CaseFacts } from './inspect-case.ts'

/** @param patient as patients.csv names it; without a name the case is a patient of its own */
export function assessCase(
  facts: CaseFacts,
  labels: readonly Label[],
  patient: string | undefined,
  vocabulary: Vocabulary,
): { case: Case; findings: Finding[] } {
  const findings = [
    ...facts.findings,
    ...unknownValues(facts, labels),
    ...forbiddenOverlaps(facts, labels, vocabulary),
    ...emptyLabels(facts, labels),
  ]
  const errors = findings.filter((finding) => finding.severity === 'error')
  const usable = errors.length === 0
  const assessed: Case = {
    id: facts.id,
    patient: patient ?? facts.id,
    patientGiven: patient !== undefined,
    images: [...facts.images],
    labels: [...facts.labels],
    status: usable ? 'ok' : 'excluded',
    excludedReason: usable ? null : errors.map((finding) => finding.message).join(' '),
    geometry: facts.geometry,
    imageHash: facts.imageHash,
    fileHash: facts.fileHash,
    intensities: [...facts.intensities],
    availability: usable ? availabilityOf(facts, labels) : {},
  }
  return { case: assessed, findings }
}

/** Every organ of the dataset; organs that no label of the dataset covers are unlabelled and not listed. */
function availabilityOf(facts: CaseFacts, labels: readonly Label[]): Record<OrganId, Availability> {
  const organs = [...new Set(labels.flatMap((label) => label.organs))]
  return Object.fromEntries(organs.map((organ) => [organ, availabilityOfOrgan(organ, facts, labels)]))
}

function availabilityOfOrgan(organ: OrganId, facts: CaseFacts, labels: readonly Label[]): Availability {
  const covering = labels.filter((label) => label.organs.includes(organ) && wasLookedFor(label, facts))
  if (covering.length === 0) return { state: 'unlabelled', voxels: 0, volumeMl: 0 }

  // a label of its own says more than one that it shares
  const own = covering.filter((label) => label.organs.length === 1)
  const used = own.length > 0 ? own : covering
  const structures = used.flatMap((label) => facts.structures.get(label.key) ?? [])
  const voxels = structures.reduce((total, structure) => total + structure.voxels, 0)
  const [sz, sy, sx] = facts.geometry?.spacingMm ?? [0, 0, 0]
  const volumeMl = (voxels * sz * sy * sx) / 1000
  if (voxels === 0) return { state: 'absent', voxels, volumeMl }
  if (own.length === 0) return { state: 'merged', voxels, volumeMl }
  return { state: structures.some((structure) => structure.touchesEnd) ? 'cut' : 'labelled', voxels, volumeMl }
}

/** A label map speaks of every value; a mask file speaks of its organ, and a missing one says nothing. */
const wasLookedFor = (label: Label, facts: CaseFacts): boolean =>
  facts.labels.some((source) => source.kind === 'map') || facts.structures.has(label.key)

/** Voxels of unknown meaning would be taught as background: the case is not used. */
function unknownValues(facts: CaseFacts, labels: readonly Label[]): Finding[] {
  const unknown = [...facts.structures].filter(([key]) => !labels.some((label) => label.key === key))
  if (unknown.length === 0) return []
  const listed = unknown.slice(0, 5).map(([key, { voxels }]) => `${key} (${voxels} voxels)`)
  const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : ''
  const known = labels.map((label) => label.key).join(', ')
  const message = `Case ${facts.id}: the label map holds the undeclared value ${listed.join(', ')}${more}; expected 0, ${known}. Correct the label map, or declare the value.`
  return [createFinding('error', 'unknown-label-value', message, { caseId: facts.id })]
}

function forbiddenOverlaps(facts: CaseFacts, labels: readonly Label[], vocabulary: Vocabulary): Finding[] {
  const organsOf = (key: string): OrganId[] => labels.find((label) => label.key === key)?.organs ?? []
  return facts.overlaps
    .filter(({ first, second }) => areExclusive(organsOf(first), organsOf(second), vocabulary))
    .map(({ first, second, voxels }) => {
      const message = `Case ${facts.id}: the masks ${first} and ${second} share ${voxels} voxels, and the organs exclude each other; look at the borders of both.`
      return createFinding('warning', 'label-overlap', message, { caseId: facts.id })
    })
}

/** One warning when nothing is labelled at all; else a note for each mask file that is there and empty. */
function emptyLabels(facts: CaseFacts, labels: readonly Label[]): Finding[] {
  const caseId = facts.id
  const unreadable = facts.findings.some((finding) => finding.severity === 'error')
  if (unreadable || facts.labels.length === 0) return []
  const structures = [...facts.structures]
  if (structures.every(([, { voxels }]) => voxels === 0)) {
    const message = `Case ${caseId}: no voxel is labelled; the case counts as one without these organs. Exclude it if they were never drawn.`
    return [createFinding('warning', 'all-labels-empty', message, { caseId })]
  }
  return structures
    .filter(([, { voxels }]) => voxels === 0)
    .map(([key]) => {
      const organ = labels.find((label) => label.key === key)?.organs[0] ?? key
      const message = `Case ${caseId}: the mask ${key} is empty; ${organ} counts as absent. Remove the file if it was never drawn.`
      return createFinding('info', 'empty-label', message, { caseId, organ })
    })
}
