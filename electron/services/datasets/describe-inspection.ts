// What a person should know of a folder before it is registered, from one reading of it.
import type { InspectedLabel, Inspection } from '../../../contract/api/datasets.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import type { OrganId, Vocabulary } from '../../../contract/organ.ts'
import { suggestOrgans } from '../vocabulary/suggest-organs.ts'
import { describeDataset } from '../workspace/describe-dataset.ts'
import { usableCases } from './availability.ts'
import { contextOf, labelsOf, occurringLabels, patientCount } from './compose-dataset.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { FolderInspection } from './inspect-folder.ts'
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
    findings: dataset.findings,
    volumes: Math.max(0, ...inspection.facts.map(({ volumes }) => volumes)),
    subsets: [...(inspection.match.subsets ?? [])],
    reading: inspection.reading,
  }
}

function describeLabels({ match, facts }: FolderInspection, context: InspectionContext): InspectedLabel[] {
  const { vocabulary, dataset } = context
  const { found, declared } = labelsOf(match, facts, [])
  // As registering will do it, but without a word of the user.
  const datasetName = contextOf(match, dataset.root, dataset.name)
  const automatic = mapLabels(found, declared, { vocabulary, overrides: [], datasetName }).labels
  const extra = occurringLabels(facts).filter(({ key }) => !found.some((label) => label.key === key))
  const isKnown = (organ: OrganId): boolean => vocabulary.organs.some(({ id }) => id === organ)
  return [...found, ...extra].map((label): InspectedLabel => {
    const own = automatic.find(({ key }) => key === label.key)?.organs ?? []
    return {
      ...label,
      declared: declared && !extra.includes(label),
      organs: dataset.labels.find(({ key }) => key === label.key)?.organs ?? [],
      automatic: own,
      known: own.length > 0 && own.every(isKnown),
      suggestions: suggestOrgans(vocabulary, label.sourceName, 5),
      ...measure(label, facts),
    }
  })
}

function measure({ key }: FoundLabel, facts: readonly CaseFacts[]) {
  const having = facts.flatMap(({ id, geometry, structures }) => {
    const voxels = structures.get(key)?.voxels ?? 0
    const [sz, sy, sx] = geometry?.spacingMm ?? [0, 0, 0]
    return voxels > 0 ? [{ id, voxels, ml: (voxels * sz * sy * sx) / 1000 }] : []
  })
  const most = Math.max(...having.map(({ ml }) => ml))
  return {
    cases: having.length,
    voxels: having.reduce((sum, { voxels }) => sum + voxels, 0),
    meanMl: having.length > 0 ? having.reduce((sum, { ml }) => sum + ml, 0) / having.length : null,
    example: having.find(({ ml }) => ml === most)?.id ?? null,
  }
}
