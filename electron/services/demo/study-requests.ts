// The demo study as datasets to register: three sites to train on, the test set, and the complete labels.
import { basename } from 'node:path'
import type { DatasetRole } from '../../../contract/dataset.ts'
import type { PhantomStudy } from './phantom/generate-phantom-study.ts'

export interface StudyRequest {
  readonly name: string
  readonly folder: string
  readonly role: DatasetRole
}

/** The sites first: whatever is the same image elsewhere is noticed there. */
export const studyRequests = ({ sites, test, reference }: PhantomStudy): StudyRequest[] => [
  ...sites.map(({ name, folder }) => ({ name, folder, role: 'train' as const })),
  { name: basename(test), folder: test, role: 'test' },
  { name: basename(reference), folder: reference, role: 'reference' },
]
