// The cases of a training job, split by patient and preprocessed once into the shared cache.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Case } from '../../contract/case.ts'
import { OrganMosaicError, toOrganMosaicError } from '../../contract/errors.ts'
import type { JobDataset, TrainJob } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { openCasePool, type CaseOutcome } from '../preprocessing/case-pool.ts'
import { preprocessedFolder } from '../imaging/planning/plan-key.ts'
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
 * @throws OrganMosaicError invalid-data when a dataset has no training or no validation case left, not-found when its
 *   folder is gone, disk when nothing more can be written
 */
export async function prepareCases(
  job: TrainJob,
  plan: Plan,
  journal: Journal,
  progress: Progress,
  check: () => void,
): Promise<PreparedCases> {
  const splits = job.datasets.map((dataset) => splitCases(dataset, job.config.seed, job.config.validation))
  const threads = job.config.runtime.threads || availableParallelism()
  const pool = openCasePool({ datasets: job.datasets, plan, threads, check })
  let done = 0
  const prepare = (dataset: number, entry: Case): Promise<Prepared> => {
    const { name } = job.datasets[dataset]!
    const folder = preprocessedFolder(job.cacheFolder, plan, job.datasets[dataset]!, entry)
    return pool.run({ dataset, entry, folder }).then((outcome) => {
      if (outcome.state !== 'dropped') progress.advance(++done, `preprocessing ${name}, case ${entry.id}`)
      return { prepared: { entry, folder, classes: presentClasses(job, entry) }, outcome }
    })
  }
  progress.begin('preprocess')
  try {
    const outcomes = splits.map((split, index) => ({
      training: split.training.map((entry) => prepare(index, entry)),
      validation: split.validation.map((entry) => prepare(index, entry)),
    }))
    const training: PreparedCase[][] = []
    const validation: ValidationCase[] = []
    for (const [index, dataset] of job.datasets.entries()) {
      const usable = {
        training: await usableCases(outcomes[index]!.training, dataset, journal),
        validation: await usableCases(outcomes[index]!.validation, dataset, journal),
      }
      requireBoth(usable, dataset.name)
      training.push(usable.training)
      const scored = usable.validation.slice(0, job.config.validation.maxCases)
      validation.push(...scored.map(({ entry, folder }) => ({ dataset: index, caseId: entry.id, folder })))
    }
    return { training, validation }
  } finally {
    await pool.close()
  }
}

interface Prepared {
  readonly prepared: PreparedCase
  readonly outcome: CaseOutcome
}

/** In the order of the cases, however they were finished. @throws Interruption, or why else cases were dropped */
async function usableCases(
  outcomes: readonly Promise<Prepared>[],
  { name, root }: JobDataset,
  journal: Journal,
): Promise<PreparedCase[]> {
  const usable: PreparedCase[] = []
  for (const each of outcomes) {
    const { prepared, outcome } = await each
    if (outcome.state === 'dropped') throw outcome.reason
    const caseId = prepared.entry.id
    const note = (message: string): void =>
      journal.append({ type: 'finding', caseId, dataset: name, organ: null, severity: 'warning', message })
    if (outcome.state === 'done') {
      usable.push(prepared)
      if (outcome.preparation === 'outdated') note(outdated(name))
    } else if (isDiskError(outcome.reason)) throw outcome.reason
    else if (!existsSync(root)) throw datasetGone(name, root)
    else note(`The case is left out: ${toOrganMosaicError(outcome.reason).message}`)
  }
  return usable
}

/** A run that goes on must go on with what it began with, and a new one is what its dataset was registered as. */
const outdated = (dataset: string): string =>
  `Its files changed since dataset ${dataset} was registered; the run learns from the case as it was then. To train on what is there now, register ${dataset} again (Look for new cases) and start a new run.`

/** The case is not to blame, and the others would fare no better. */
const isDiskError = (reason: unknown): boolean => toOrganMosaicError(reason).code === 'disk'

/** A disk that was unplugged must not look like a dataset of few cases. */
const datasetGone = (name: string, root: string): OrganMosaicError =>
  new OrganMosaicError(
    'not-found',
    `The folder ${root} of dataset ${name} is gone. Plug in or mount its disk, or put the folder back, then resume.`,
  )

function requireBoth(usable: Record<'training' | 'validation', readonly PreparedCase[]>, dataset: string): void {
  if (usable.training.length > 0 && usable.validation.length > 0) return
  throw new OrganMosaicError(
    'invalid-data',
    `No case of dataset ${dataset} is left to ${usable.training.length === 0 ? 'train' : 'validate'} on; see the findings of the run, repair the files and resume.`,
  )
}

function presentClasses(job: TrainJob, entry: Case): ClassSet {
  return job.organs.flatMap((organ, i) => ((entry.availability[organ]?.voxels ?? 0) > 0 ? [i + 1] : []))
}
