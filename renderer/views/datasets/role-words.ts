// Roles of datasets in the words of the window.
import type { DatasetRole } from '../../../contract/dataset.ts'

export const roleWords: Record<DatasetRole, string> = { train: 'Training', test: 'Test', reference: 'Reference' }
