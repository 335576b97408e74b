// Test helpers: organs, labels and cases of small studies.
import type { AvailabilityState, Case } from '../../contract/case.ts'
import type { Label } from '../../contract/dataset.ts'
import type { JobDataset } from '../../contract/job.ts'
import { OrganSchema, type Organ } from '../../contract/organ.ts'
import { caseWith, datasetOf } from '../imaging/test-dataset.ts'

export const organ = (id: string, more: Partial<Organ> = {}): Organ =>
  OrganSchema.parse({
    id,
    name: id,
    synonyms: [],
    laterality: null,
    counterpart: null,
    partOf: [],
    mayOverlap: [],
    members: [],
    snomedCode: null,
    color: '#808080',
    ...more,
  })

/** Two organs that are each other's mirror image. */
export const pair = (name: string): Organ[] => [
  organ(`${name}_left`, { laterality: 'left', counterpart: `${name}_right` }),
  organ(`${name}_right`, { laterality: 'right', counterpart: `${name}_left` }),
]

export const label = (key: string, ...organs: string[]): Label => ({
  key,
  sourceName: key,
  organs,
  mapped: 'vocabulary',
})

/** A case in which the named organs are in these states; all others are unlabelled. */
export const studyCase = (id: string, states: Record<string, AvailabilityState>): Case =>
  caseWith({
    id,
    patient: id,
    availability: Object.fromEntries(
      Object.entries(states).map(([name, state]) => {
        const voxels = state === 'absent' || state === 'unlabelled' ? 0 : 1000
        return [name, { state, voxels, volumeMl: voxels / 1000 }]
      }),
    ),
  })

export const studyDataset = (name: string, labels: Label[], cases: Case[]): JobDataset => ({
  ...datasetOf(cases),
  name,
  labels,
})
