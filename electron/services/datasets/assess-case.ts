// What the facts of a case mean once its labels are organs: availability of every organ, and whether it can be used.
import type { Availability, Case, OrganPlace } from '../../../contract/case.ts'
import type { Label } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
import type { OrganId, Vocabulary } from '../../../contract/organ.ts'
import type { OverlapRule } from '../../../contract/overlap-rule.ts'
import { valuesOf } from '../../../trainer/imaging/image-source.ts'
import { createFinding } from './create-finding.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { Structure } from './label-tally.ts'
import { forbiddenOverlaps, settleOverlaps, type SettledCase } from './settle-overlaps.ts'
import { unionVoxels } from './shared-voxels.ts'

export interface AssessContext {
  /** As patients.csv names it; without a name the case is a patient of its own */
  readonly patient: string | undefined
  /** Labels that were not drawn where a label map has no voxel of them */
  readonly notDrawn: readonly string[]
  /** Who keeps voxels of structures that exclude each other */
  readonly overlap: OverlapRule
  readonly vocabulary: Vocabulary
}

export function assessCase(
  facts: CaseFacts,
  labels: readonly Label[],
  { patient, notDrawn, overlap, vocabulary }: AssessContext,
): { case: Case; findings: Finding[]; overlapping: SettledCase } {
  const overlaps = forbiddenOverlaps(facts, labels, vocabulary)
  const settled = settleOverlaps(overlaps, overlap, facts)
  const findings = [...facts.findings, ...unknownValues(facts, labels), ...emptyLabels(facts, labels)]
  const errors = findings.filter((finding) => finding.severity === 'error')
  const usable = errors.length === 0
  const drawn = labels.filter((label) => wasLookedFor(label, facts, notDrawn))
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
    availability: usable ? availabilityOf(facts, labels, drawn) : {},
    ...(usable ? { drawn: drawn.map(({ key }) => key), places: placesOf(facts, labels) } : {}),
    midlineMm: facts.midlineMm,
    ...(facts.misfits.length > 0 ? { misfits: [...facts.misfits] } : {}),
    ...(settled.length > 0 ? { overlaps: settled } : {}),
  }
  return { case: assessed, findings, overlapping: { caseId: facts.id, overlaps, settled } }
}

/** Every organ of the dataset; organs that no label of the dataset covers are unlabelled and not listed. */
function availabilityOf(
  facts: CaseFacts,
  labels: readonly Label[],
  drawn: readonly Label[],
): Record<OrganId, Availability> {
  const organs = [...new Set(labels.flatMap((label) => label.organs))]
  return Object.fromEntries(organs.map((organ) => [organ, availabilityOfOrgan(organ, facts, drawn)]))
}

/** @param drawn labels that were looked for in this case */
function availabilityOfOrgan(organ: OrganId, facts: CaseFacts, drawn: readonly Label[]): Availability {
  const covering = drawn.filter((label) => label.organs.includes(organ))
  if (covering.length === 0) return { state: 'unlabelled', voxels: 0, volumeMl: 0 }

  // a label of its own says more than one that it shares
  const own = covering.filter((label) => label.organs.length === 1)
  const used = own.length > 0 ? own : covering
  const structures = used.flatMap((label) => facts.structures.get(label.key) ?? [])
  // Two drawings of one organ are one organ: what both cover is there once.
  const voxels = unionVoxels(
    used.map(({ key }) => key),
    (key) => facts.structures.get(key)?.voxels ?? 0,
    facts.shared,
  )
  const [sz, sy, sx] = facts.geometry?.spacingMm ?? [0, 0, 0]
  const volumeMl = (voxels * sz * sy * sx) / 1000
  if (voxels === 0) return { state: 'absent', voxels, volumeMl }
  if (own.length === 0) return { state: 'merged', voxels, volumeMl }
  const isCut = structures.some(({ borders }) => borders.includes('inferior') || borders.includes('superior'))
  return { state: isCut ? 'cut' : 'labelled', voxels, volumeMl }
}

/** Of every organ with a label of its own and voxels. */
function placesOf(facts: CaseFacts, labels: readonly Label[]): Record<OrganId, OrganPlace> {
  const places = new Map<OrganId, OrganPlace>()
  for (const [organ, own] of Map.groupBy(
    labels.filter(({ organs }) => organs.length === 1),
    ({ organs }) => organs[0],
  )) {
    const structures = own.flatMap(({ key }) => facts.structures.get(key) ?? [])
    const place = joinPlaces(structures)
    if (place) places.set(organ, place)
  }
  return Object.fromEntries(places)
}

function joinPlaces(structures: readonly Structure[]): OrganPlace | null {
  const voxels = structures.reduce((sum, each) => sum + each.voxels, 0)
  if (voxels === 0) return null
  const mean = (axis: 0 | 1 | 2): number =>
    structures.reduce((sum, each) => sum + (each.centre?.[axis] ?? 0) * each.voxels, 0) / voxels
  return { centre: [mean(0), mean(1), mean(2)], borders: [...new Set(structures.flatMap(({ borders }) => borders))] }
}

/**
 * A label map speaks of every value, and of none of the names that masks of other cases have; a mask file speaks of its
 * organ, and a missing one says nothing.
 */
function wasLookedFor({ key, split }: Label, facts: CaseFacts, notDrawn: readonly string[]): boolean {
  const found = facts.structures.get(key)
  if (found) return found.voxels > 0 || !notDrawn.includes(split?.from ?? key)
  if (notDrawn.includes(split?.from ?? key)) return false
  return isValue(split?.from ?? key) && facts.labels.some((source) => source.kind === 'map')
}

const isValue = (key: string): boolean => /^-?\d+$/.test(key)

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
  // A region of a label map has no file that could be removed.
  const isRegion = (key: string): boolean =>
    facts.labels.some((source) => source.kind === 'mask' && source.labelKey === key && valuesOf(source.path).length > 0)
  return structures
    .filter(([key, { voxels }]) => voxels === 0 && !isRegion(key))
    .map(([key]) => {
      const organ = labels.find((label) => label.key === key)?.organs[0] ?? key
      const message = `Case ${caseId}: the mask ${key} is empty; ${organ} counts as absent. Remove the file if it was never drawn.`
      return createFinding('info', 'empty-label', message, { caseId, organ })
    })
}
