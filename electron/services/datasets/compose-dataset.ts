// The second half of a registration: facts of the cases, and what a person says of them -> a dataset. Reads no volume.
import { basename } from 'node:path'
import { channelOf, modalityOfChannels, type Channel, type Modality } from '../../../contract/channel.ts'
import type { Case } from '../../../contract/case.ts'
import type { Dataset, DatasetChoices, DatasetRole, Label } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
import { sidedKey, SIDES } from '../../../contract/label-treatment.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { DEFAULT_OVERLAP_RULE } from '../../../contract/overlap-rule.ts'
import { applyChoices } from './apply-choices.ts'
import { assessCase } from './assess-case.ts'
import { findLeftovers } from './find-leftovers.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { FolderInspection } from './inspect-folder.ts'
import type { FoundLabel, LayoutMatch } from './layouts/layout.ts'
import { leftOutFindings, plainLabel } from './left-out.ts'
import { splitLabels, treatmentFindings } from './label-treatments.ts'
import { mapLabels } from './map-labels.ts'
import type { OrganOverride } from './parse-organ-override.ts'
import { overlapFindings } from './settle-overlaps.ts'
import { identifierFindings } from './quality/find-identifiers.ts'
import { acrossFindings } from './quality/quality-findings.ts'

export interface DatasetRequest {
  readonly name: string
  readonly role: DatasetRole
  /** The user's word on labels; goes before the vocabulary */
  readonly overrides: readonly OrganOverride[]
  readonly choices: DatasetChoices
  /** What is to be said of the way in which it was asked for, such as a mapping file that does not fit */
  readonly notes?: readonly Finding[]
}

export interface ComposeContext {
  readonly vocabulary: Vocabulary
  /** Where to look for the same images; one of the same name is left out */
  readonly otherDatasets?: readonly Dataset[]
}

/** @throws OrganMosaicError usage for an override that fits no label */
export function composeDataset(
  inspection: FolderInspection,
  { name, role, overrides, choices, notes = [] }: DatasetRequest,
  { vocabulary, otherDatasets = [] }: ComposeContext,
): Dataset {
  const { folder, match, facts, patients } = inspection
  const { found, declared } = labelsOf(inspection, overrides)
  const leftOut = inspection.leftOut.filter(({ key }) => found.some((label) => label.key === key))
  // A label that is taken back is split as it was before it was left out.
  const splits = (inspection.reading.splits ?? []).filter((key) => !leftOut.some((label) => label.key === key))
  const datasetName = contextOf(match, folder.root, name)
  const mapping = mapLabels(found, declared, { vocabulary, overrides, leftOut, datasetName })
  const labels = splitLabels(mapping.labels.map(withColor(match)), splits, vocabulary)
  const notDrawn = choices.notDrawn ?? []
  const overlap = choices.overlap ?? DEFAULT_OVERLAP_RULE
  const assessed = facts.map((each) =>
    assessCase(each, labels, { patient: patients.get(each.id), notDrawn, overlap, vocabulary }),
  )
  const channels = channelsOf(match, facts)
  const persons = new Map(match.cases.map(({ id, dicom }) => [id, dicom]))
  const cases = assessed.map((each): Case => {
    const dicom = persons.get(each.case.id)
    return dicom ? { ...each.case, dicom } : each.case
  })
  const others = otherDatasets.filter((other) => other.name !== name)
  return applyChoices(
    {
      schemaVersion: 1,
      name,
      role,
      root: folder.root,
      layout: match.layout,
      layoutReason: match.reason,
      modality: modalityOfChannels(channels),
      channels,
      registeredAt: new Date().toISOString(),
      labels,
      ...(leftOut.length > 0 ? { leftOut } : {}),
      cases,
      findings: [
        ...findLeftovers(folder, match.cases),
        ...(match.notes ?? []),
        ...notes,
        ...mapping.findings,
        ...leftOutFindings(leftOut),
        ...treatmentFindings(facts, splits),
        ...identifierFindings(facts.map(({ identifiers }) => identifiers)),
        ...overlapFindings(
          assessed.map(({ overlapping }) => overlapping),
          overlap,
        ),
        ...assessed.flatMap((each) => each.findings),
        ...acrossFindings(role, cases, others),
      ],
      fingerprint: fingerprintOf(labels, cases),
    },
    choices,
  )
}

/** Where words may come from that complete a label's name, such as the organ of "Anterior". */
export const contextOf = (match: LayoutMatch, root: string, name: string): string =>
  [...new Set([match.title ?? '', basename(root), name])].join(' ')

/** Declared labels and those that only the user declares; without any declaration, every value that occurs. */
export function labelsOf(inspection: FolderInspection, overrides: readonly OrganOverride[]) {
  const occurring = occurringLabels(inspection)
  if (inspection.match.labels === null) return { found: occurring, declared: false }
  const declared = inspection.match.labels
  const added = occurring.filter(
    ({ key }) =>
      [...overrides, ...inspection.leftOut].some((said) => said.key === key) &&
      !declared.some((label) => label.key === key),
  )
  return { found: [...declared, ...added], declared: true }
}

/** Every value and mask file that some case has, left out or not, by its number; the sides of a split label are one. */
export function occurringLabels({ facts, reading }: FolderInspection): FoundLabel[] {
  const whole = new Map(
    (reading.splits ?? []).flatMap((key) => SIDES.map((side) => [sidedKey(key, side), key] as const)),
  )
  const keys = facts.flatMap(({ structures, leftOut }) => [...structures.keys(), ...leftOut])
  const values = [...new Set(keys.map((key) => whole.get(key) ?? key))]
  return values.sort((a, b) => Number(a) - Number(b)).map(plainLabel)
}

const withColor =
  ({ colors }: LayoutMatch) =>
  (label: Label): Label => {
    const color = colors?.get(label.key)
    return color === undefined ? label : { ...label, color }
  }

/** What the user said of a registered dataset's labels, to be said again when its folder is read again. */
export function overridesOf(labels: readonly Label[]): OrganOverride[] {
  const said = labels.filter(({ mapped }) => mapped === 'user')
  return [...Map.groupBy(said, ({ key, split }) => split?.from ?? key)].map(([key, same]) => ({
    key,
    organs: same.flatMap(({ organs }) => organs),
  }))
}

/** A channel without a name is called by its modality, one of several by its number. */
const channelsOf = (match: LayoutMatch, facts: readonly CaseFacts[]): Channel[] =>
  match.channels.map(({ name, modality: known }, at) => {
    const modality = known ?? guessModality(facts, at)
    const unnamed = match.channels.length === 1 ? channelOf(modality).name : `channel ${at + 1}`
    return { name: name ?? unnamed, modality }
  })

/** Only CT numbers reach far below zero in every scan; anything else is normalised by volume, as MR is. */
function guessModality(facts: readonly CaseFacts[], channel: number): Modality {
  const minima = facts.flatMap((each) => each.intensities[channel]?.min ?? [])
  return minima.length > 0 && minima.every((min) => min <= -500) ? 'CT' : 'other'
}

export const patientCount = (cases: readonly Case[]): number => new Set(cases.map(({ patient }) => patient)).size
