// The cases of a training job, split by patient and preprocessed once into the shared cache.
import type { Case } from '../../contract/dataset.ts'
import { OrganMosaicError, toOrganMosaicError } from '../../contract/errors.ts'
import type { TrainJob } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { preprocessCase } from '../preprocessing/preprocess-case.ts'
import { preprocessedFolder } from '../preprocessing/plan-key.ts'
import type { ValidationCase } from '../stages/validate.ts'
import type { Journal } from './journal.ts'
import type { Progress } from './progress.ts'
import { splitCases } from './split-cases.ts'

export interface PreparedCase {
  readonly entry: Case
  readonly folder: string
  /** Union classes present in its true labels on their own. */
  readonly classes: ClassSet
}

export interface PreparedCases {
  /** Per dataset. */
  readonly training: readonly (readonly PreparedCase[])[]
  /** Held back from every model, at most validation.maxCases a dataset. */
  readonly validation: readonly ValidationCase[]
}

/**
 * A case that cannot be preprocessed is left out with a finding; the others go on.
 * @throws OrganMosaicError invalid-data when a dataset has no training or no validation case left
 */
export async function prepareCases(
  job: TrainJob,
  plan: Plan,
  journal: Journal,
  progress: Progress,
  check: () => void,
): Promise<PreparedCases> {
  const training: PreparedCase[][] = []
  const validation: ValidationCase[] = []
  let done = 0
  progress.begin('preprocess')
  for (const [index, dataset] of job.datasets.entries()) {
    const split = splitCases(dataset, job.config.seed, job.config.validation)
    const prepare = async (entry: Case): Promise<PreparedCase | null> => {
      check()
      const folder = preprocessedFolder(job.cacheFolder, plan, dataset, entry)
      try {
        await preprocessCase(dataset, entry, plan, folder)
        return { entry, folder, classes: presentClasses(job, entry) }
      } catch (error) {
        const message = `The case is left out: ${toOrganMosaicError(error).message}`
        journal.append({
          type: 'finding',
          caseId: entry.id,
          dataset: dataset.name,
          organ: null,
          severity: 'warning',
          message,
        })
        return null
      } finally {
        progress.advance(++done, `preprocessing ${dataset.name}, case ${entry.id}`)
      }
    }
    const prepared = {
      training: await each(split.training, prepare),
      validation: await each(split.validation, prepare),
    }
    if (prepared.training.length === 0 || prepared.validation.length === 0) {
      throw new OrganMosaicError(
        'invalid-data',
        `No case of dataset ${dataset.name} is left to ${prepared.training.length === 0 ? 'train' : 'validate'} on; see the findings of the run, repair the files and resume.`,
      )
    }
    training.push(prepared.training)
    const scored = prepared.validation.slice(0, job.config.validation.maxCases)
    validation.push(...scored.map(({ entry, folder }) => ({ dataset: index, caseId: entry.id, folder })))
  }
  return { training, validation }
}

async function each(
  entries: readonly Case[],
  prepare: (entry: Case) => Promise<PreparedCase | null>,
): Promise<PreparedCase[]> {
  const prepared: PreparedCase[] = []
  for (const entry of entries) {
    const one = await prepare(entry)
    if (one) prepared.push(one)
  }
  return prepared
}

function presentClasses(job: TrainJob, entry: Case): ClassSet {
  return job.organs.flatMap((organ, i) => ((entry.availability[organ]?.voxels ?? 0) > 0 ? [i + 1] : []))
}
