// Which cases every model may learn from and which are held back from all of them, by patient.
import { OrganMosaicError } from '../../contract/errors.ts'
import { steadyNames } from '../../contract/hashed-patient.ts'
import type { JobDataset } from '../../contract/job.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Case } from '../../contract/case.ts'
import { createRandom } from '../imaging/random.ts'

export interface CaseSplit {
  readonly training: readonly Case[]
  readonly validation: readonly Case[]
}

/**
 * A share of each dataset's patients is held back, at least one; every case of a patient goes the same way.
 * @throws OrganMosaicError invalid-config when a dataset has fewer than two patients
 */
export function splitCases(dataset: JobDataset, seed: number, config: RunConfig['validation']): CaseSplit {
  const names = [...steadyNames(dataset.cases)].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0))
  const patients = names.map(([patient]) => patient)
  if (patients.length < 2) {
    throw new OrganMosaicError(
      'invalid-config',
      `Dataset ${dataset.name} has usable cases of ${patients.length} patient(s); training needs at least 2, one to learn from and one to validate on. Add cases or leave the dataset out.`,
    )
  }
  const shuffled = createRandom(seed, 'split', dataset.name).shuffle(patients)
  const heldBack = Math.min(patients.length - 1, Math.max(1, Math.round(config.fraction * patients.length)))
  const validationPatients = new Set(shuffled.slice(0, heldBack))
  return {
    training: dataset.cases.filter((entry) => !validationPatients.has(entry.patient)),
    validation: dataset.cases.filter((entry) => validationPatients.has(entry.patient)),
  }
}
