// Scores a run's models, or its stored pseudo labels, on a registered dataset.
import { join } from 'node:path'
import type { EvaluationResult } from '../../../contract/commands.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { EvaluationReportSchema } from '../../../contract/report.ts'
import { usableCases } from '../datasets/availability.ts'
import { newJobFolder } from '../jobs/create-job-folder.ts'
import { jobHeader } from '../jobs/job-header.ts'
import { readJobReport } from '../jobs/read-job-report.ts'
import { runJob, type Watch } from '../jobs/run-job.ts'
import { findPlace } from '../places/find-place.ts'
import { readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { bringPatientForward, openPatientKey } from '../workspace/patient-key.ts'
import { delineatedOrgans, toJobDataset } from './organ-union.ts'
import { givenPatient } from './refuse-leakage.ts'
import { refuseOtherChannels } from './refuse-other-channels.ts'
import { summariseFolder } from './summarise-folder.ts'
import { findTrainedModels, type ModelRequest } from './trained-models.ts'

export type EvaluationRequest = ModelRequest & {
  dataset: string
  nsdToleranceMm?: number
  savePredictions?: boolean
  /** Name of the place that computes it; this machine unless given. */
  place?: string
}

/**
 * @returns the report, which the trainer also leaves as JSON and CSV in the run's report folder
 * @throws OrganMosaicError as findTrainedModels; `invalid-data` when the dataset has nothing that could be scored
 */
export async function evaluateRun(
  workspace: Workspace,
  request: EvaluationRequest,
  watch: Watch = {},
): Promise<EvaluationResult> {
  const { job, folder: runFolder, stage, model } = findTrainedModels(workspace, request)
  const dataset = readDataset(workspace, request.dataset)
  if (model === 'pseudo') refuseForeignReference(job, dataset)
  refuseNothingInCommon(job, dataset)
  refuseOtherChannels(job.name, job.datasets[0], dataset)
  const folder = newJobFolder(workspace.jobs, 'evaluate')
  await runJob(
    folder,
    {
      kind: 'evaluate',
      ...jobHeader(workspace, folder),
      runFolder,
      stage,
      model,
      runUpdatedAt: summariseFolder(workspace, request.run).updatedAt,
      dataset: toJobDataset(dataset),
      nsdToleranceMm: request.nsdToleranceMm ?? 2,
      savePredictions: request.savePredictions ?? false,
    },
    `The evaluation of run ${job.name} on ${dataset.name}`,
    watch,
    request.place === undefined ? null : findPlace(workspace, request.place),
  )
  return {
    ...readJobReport(folder, EvaluationReportSchema),
    predictions: request.savePredictions ? join(folder, 'predictions') : null,
    warnings: model === 'pseudo' ? [] : warnOfTrainingData(workspace, job, dataset),
  }
}

/** Scores on an image or a patient that the run trained on flatter it. */
function warnOfTrainingData({ home }: Workspace, job: TrainJob, dataset: Dataset): string[] {
  const cases = job.datasets.flatMap((item) => item.cases)
  const trained = cases.map((each) => bringPatientForward(each, () => openPatientKey(home)))
  const images = new Set(trained.map(({ imageHash }) => imageHash))
  const patients = new Set(trained.map(givenPatient))
  const known = usableCases(dataset).filter((item) => {
    const patient = givenPatient(item)
    return (item.imageHash !== null && images.has(item.imageHash)) || (patient !== null && patients.has(patient))
  })
  if (known.length === 0) return []
  return [
    `Run ${job.name} was trained with the images or patients of ${known.length} of these ${usableCases(dataset).length} cases; its scores on them flatter it.`,
  ]
}

function refuseForeignReference(job: TrainJob, dataset: Dataset): void {
  if (dataset.role !== 'reference') {
    throw new OrganMosaicError(
      'usage',
      `Pseudo labels are scored against a dataset of role reference, and ${dataset.name} has the role ${dataset.role}; register the complete labels of the training images in that role.`,
    )
  }
  const images = new Set(job.datasets.flatMap(({ cases }) => cases.map(({ imageHash }) => imageHash)))
  if (!usableCases(dataset).some(({ imageHash }) => imageHash !== null && images.has(imageHash))) {
    throw new OrganMosaicError(
      'invalid-data',
      `No image of ${dataset.name} is one that run ${job.name} trained on, so there is no pseudo label to score with it; register the complete labels of the same images.`,
    )
  }
}

function refuseNothingInCommon(job: TrainJob, dataset: Dataset): void {
  if (delineatedOrgans(dataset).some((organ) => job.organs.includes(organ))) return
  throw new OrganMosaicError(
    'invalid-data',
    `Dataset ${dataset.name} delineates none of the organs of run ${job.name} (${job.organs.join(', ')}), so nothing can be scored; say which of its labels are these organs.`,
  )
}
