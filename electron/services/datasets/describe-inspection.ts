// What a person should know of a folder before it is registered, from one reading of it.
import type { InspectedLabel, InspectedSplit, Inspection } from '../../../contract/api/datasets.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import { sidedKey, SIDES } from '../../../contract/label-treatment.ts'
import type { OrganId, Vocabulary } from '../../../contract/organ.ts'
import { suggestOrgans } from '../vocabulary/suggest-organs.ts'
import { describeDataset } from '../workspace/describe-dataset.ts'
import { usableCases } from './availability.ts'
import { contextOf, labelsOf, occurringLabels, patientCount } from './compose-dataset.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { FolderInspection } from './inspect-folder.ts'
import { splitCases } from './label-treatments.ts'
import { leaveOut } from './left-out.ts'
import type { FoundLabel } from './layouts/layout.ts'
import { mapLabels } from './map-labels.ts'

export interface InspectionContext {
  readonly vocabulary: Vocabulary
  /** What the folder would be registered as, as things are */
  readonly dataset: Dataset
  /** Proposed; may be empty */
  readonly name: string
  readonly registeredAs: readonly string[]
  /** Looked at again */
  readonly again: boolean
}

export function describeInspection(inspection: FolderInspection, context: InspectionContext): Inspection {
  const { dataset, name, registeredAs, again } = context
  const detail = describeDataset(dataset)
  return {
    folder: dataset.root,
    dataset: again ? dataset.name : null,
    name,
    role: dataset.role,
    registeredAs: [...registeredAs],
    layout: dataset.layout,
    layoutReason: dataset.layoutReason,
    modality: dataset.modality,
    channels: dataset.channels,
    cases: dataset.cases.length,
    usableCases: detail.summary.usableCases,
    patients: patientCount(usableCases(dataset)),
    shape: detail.shape,
    spacingMm: detail.spacingMm,
    labels: describeLabels(inspection, context),
    splits: describeSplits(inspection),
    notDrawn: [...(dataset.choices?.notDrawn ?? [])],
    findings: dataset.findings,
    volumes: Math.max(0, ...inspection.facts.map(({ volumes }) => volumes)),
    possibleChannels: [...(inspection.match.possibleChannels ?? [])],
    subsets: [...(inspection.match.subsets ?? [])],
    reading: inspection.reading,
  }
}

function describeLabels(inspection: FolderInspection, context: InspectionContext): InspectedLabel[] {
  const { match, facts, reading } = inspection
  const { vocabulary, dataset } = context
  const { found, declared } = labelsOf({ ...inspection, leftOut: [] }, [])
  // As registering will do it, but without a word of the user.
  const datasetName = contextOf(match, dataset.root, dataset.name)
  const automatic = mapLabels(found, declared, { vocabulary, overrides: [], leftOut: [], datasetName }).labels
  const proposed = leaveOut({ overrides: [], leftOut: [] }, vocabulary)(match)
  const extra = occurringLabels(inspection).filter(({ key }) => !found.some((label) => label.key === key))
  const isKnown = (organ: OrganId): boolean => vocabulary.organs.some(({ id }) => id === organ)
  return [...found, ...extra].flatMap((label): InspectedLabel[] => {
    const notOrgan = proposed.find(({ key }) => key === label.key)?.because ?? null
    const own = notOrgan === null ? (automatic.find(({ key }) => key === label.key)?.organs ?? []) : []
    const leftOut = inspection.leftOut.some(({ key }) => key === label.key)
    const common = {
      sourceName: label.sourceName,
      declared: declared && !extra.includes(label),
      automatic: own,
      leftOut,
      notOrgan,
      known: own.length > 0 && own.every(isKnown),
      color: match.colors?.get(label.key) ?? null,
      suggestions: suggestOrgans(vocabulary, label.sourceName, 5),
    }
    const sides =
      (reading.splits ?? []).includes(label.key) && !leftOut
        ? SIDES.map((side) => ({ key: sidedKey(label.key, side), split: { from: label.key, side } }))
        : [{ key: label.key }]
    const sideOf = (id: OrganId) => vocabulary.organs.find((organ) => organ.id === id)?.laterality
    return sides.map((side) => ({
      ...common,
      ...side,
      automatic: 'split' in side ? own.filter((id) => sideOf(id) === side.split.side) : own,
      organs: dataset.labels.find(({ key }) => key === side.key)?.organs ?? [],
      ...measure(side, facts),
    }))
  })
}

function describeSplits({ facts, reading, leftOut }: FolderInspection): InspectedSplit[] {
  const splits = (reading.splits ?? []).filter((key) => !leftOut.some((label) => label.key === key))
  return splits.map((key) => ({
    key,
    cases: splitCases(key, facts).map(({ id, method, planeMm }) => {
      const own = facts.find((each) => each.id === id)
      const [sz, sy, sx] = own?.geometry?.spacingMm ?? [0, 0, 0]
      const [leftMl, rightMl] = SIDES.map(
        (side) => ((own?.structures.get(sidedKey(key, side))?.voxels ?? 0) * sz * sy * sx) / 1000,
      )
      return { caseId: id, method, planeMm, leftMl, rightMl }
    }),
  }))
}

function measure({ key }: Pick<FoundLabel, 'key'>, facts: readonly CaseFacts[]) {
  const leftOut = facts.filter((each) => each.leftOut.includes(key)).length
  const having = facts.flatMap(({ id, geometry, structures }) => {
    const voxels = structures.get(key)?.voxels ?? 0
    const [sz, sy, sx] = geometry?.spacingMm ?? [0, 0, 0]
    return voxels > 0 ? [{ id, voxels, ml: (voxels * sz * sy * sx) / 1000 }] : []
  })
  const most = Math.max(...having.map(({ ml }) => ml))
  return {
    cases: having.length + leftOut,
    voxels: having.reduce((sum, { voxels }) => sum + voxels, 0),
    meanMl: having.length > 0 ? having.reduce((sum, { ml }) => sum + ml, 0) / having.length : null,
    example: having.find(({ ml }) => ml === most)?.id ?? null,
  }
}
