// The second half of a registration: facts of the cases, and what a person says of them -> a dataset. Reads no volume.
import { basename } from 'node:path'
import { channelOf, modalityOfChannels, type Channel, type Modality } from '../../../contract/channel.ts'
import type { Case, Dataset, DatasetChoices, DatasetRole, Label } from '../../../contract/dataset.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { applyChoices } from './apply-choices.ts'
import { assessCase } from './assess-case.ts'
import { findDuplicatesAcross } from './find-duplicates.ts'
import { findLeftovers } from './find-leftovers.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { FolderInspection } from './inspect-folder.ts'
import type { FoundLabel, LayoutMatch } from './layouts/layout.ts'
import { mapLabels } from './map-labels.ts'
import type { OrganOverride } from './parse-organ-override.ts'

export interface DatasetRequest {
  readonly name: string
  readonly role: DatasetRole
  /** The user's word on labels; goes before the vocabulary */
  readonly overrides: readonly OrganOverride[]
  readonly choices: DatasetChoices
}

export interface ComposeContext {
  readonly vocabulary: Vocabulary
  /** Where to look for the same images; one of the same name is left out */
  readonly otherDatasets?: readonly Dataset[]
}

/** @throws OrganMosaicError usage for an override that fits no label */
export function composeDataset(
  inspection: FolderInspection,
  { name, role, overrides, choices }: DatasetRequest,
  { vocabulary, otherDatasets = [] }: ComposeContext,
): Dataset {
  const { folder, match, facts, patients } = inspection
  const { found, declared } = labelsOf(match, facts, overrides)
  const datasetName = contextOf(match, folder.root, name)
  const mapping = mapLabels(found, declared, { vocabulary, overrides, datasetName })
  const assessed = facts.map((each) => assessCase(each, mapping.labels, patients.get(each.id), vocabulary))
  const channels = channelsOf(match, facts)
  const cases = assessed.map((each) => each.case)
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
      labels: mapping.labels,
      cases,
      findings: [
        ...findLeftovers(folder, match.cases),
        ...(match.notes ?? []),
        ...mapping.findings,
        ...assessed.flatMap((each) => each.findings),
        ...findDuplicatesAcross(role, cases, others),
      ],
      fingerprint: fingerprintOf(mapping.labels, cases),
    },
    choices,
  )
}

/** Where words may come from that complete a label's name, such as the organ of "Anterior". */
export const contextOf = (match: LayoutMatch, root: string, name: string): string =>
  [...new Set([match.title ?? '', basename(root), name])].join(' ')

/** Declared labels and those that only the user declares; without any declaration, every value that occurs. */
export function labelsOf(match: LayoutMatch, facts: readonly CaseFacts[], overrides: readonly OrganOverride[]) {
  const occurring = occurringLabels(facts)
  if (match.labels === null) return { found: occurring, declared: false }
  const declared = match.labels
  const added = occurring.filter(
    ({ key }) => overrides.some((override) => override.key === key) && !declared.some((label) => label.key === key),
  )
  return { found: [...declared, ...added], declared: true }
}

/** Every value and mask file that some case has, in order of its number. */
export function occurringLabels(facts: readonly CaseFacts[]): FoundLabel[] {
  const values = [...new Set(facts.flatMap((each) => [...each.structures.keys()]))]
  return values.sort((a, b) => Number(a) - Number(b)).map((key) => ({ key, sourceName: `label ${key}` }))
}

/** What the user said of a registered dataset's labels, to be said again when its folder is read again. */
export const overridesOf = (labels: readonly Label[], found: readonly FoundLabel[]): OrganOverride[] =>
  labels
    .filter(({ key, mapped }) => mapped === 'user' && found.some((label) => label.key === key))
    .map(({ key, organs }) => ({ key, organs }))

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
