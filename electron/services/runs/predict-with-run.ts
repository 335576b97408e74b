// Segments images with a run's models: images that a person names, or the run's own registered cases (export).
import { existsSync, realpathSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { PredictionResult } from '../../../contract/commands.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { PredictJob } from '../../../contract/job.ts'
import type { OutputFormat } from '../../../contract/output.ts'
import { openImagePlaces } from '../archives/unpacked-folders.ts'
import { newJobFolder } from '../jobs/create-job-folder.ts'
import { jobHeader } from '../jobs/job-header.ts'
import { runJob, type Watch } from '../jobs/run-job.ts'
import { listDatasetNames, readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { findImages } from './find-images.ts'
import { describeIdentifiers } from './input-identifiers.ts'
import { registeredImages, type ChosenCase } from './prediction-inputs.ts'
import { findTrainedModels, type ModelRequest, type TrainedModels } from './trained-models.ts'

type Outcome = ModelRequest & { readonly output: string; readonly formats?: OutputFormat[] }
export type PredictionRequest = Outcome & { readonly input: string | readonly string[] }
export type ExportRequest = Outcome & { readonly cases?: readonly ChosenCase[] }

/**
 * @param request.input what findImages takes: files, folders, addresses; or archives of them
 * @throws OrganMosaicError `not-found` without an image, `usage` for an output inside a registered folder, as runJob
 */
export async function predictWithRun(
  workspace: Workspace,
  request: PredictionRequest,
  watch: Watch = {},
): Promise<PredictionResult> {
  const models = findTrainedModels(workspace, request)
  const places = await openImagePlaces(workspace, [request.input].flat(), watch.signal ? { signal: watch.signal } : {})
  const inputs = await findImages(places, models.job.datasets[0].channels)
  return predict(workspace, models, { ...request, inputs, completeTruth: false }, watch)
}

/**
 * Segments registered cases, all that the run was trained on unless some are chosen. The true labels of the run's own
 * cases win over predictions, and the sidecars say so.
 */
export async function exportRun(
  workspace: Workspace,
  request: ExportRequest,
  watch: Watch = {},
): Promise<PredictionResult> {
  const models = findTrainedModels(workspace, request)
  const inputs = registeredImages(workspace, models.job, request.cases)
  return predict(workspace, models, { ...request, inputs, completeTruth: true }, watch)
}

async function predict(
  workspace: Workspace,
  { job, folder: runFolder, stage, model }: TrainedModels,
  {
    inputs,
    output: place,
    completeTruth,
    formats,
  }: Pick<PredictJob, 'inputs' | 'output' | 'completeTruth' | 'formats'>,
  watch: Watch,
): Promise<PredictionResult> {
  if (model === 'pseudo') {
    throw new OrganMosaicError(
      'usage',
      'Stored pseudo labels predict nothing new; choose one of the models, or all averaged.',
    )
  }
  const output = resolve(place)
  refuseRegisteredFolder(workspace, output)
  const identifiers = await describeIdentifiers(inputs)
  const folder = newJobFolder(workspace.jobs, 'predict')
  const predictJob: PredictJob = {
    kind: 'predict',
    ...jobHeader(workspace, folder),
    runFolder,
    stage,
    model,
    ...{ inputs, output, completeTruth },
    ...(formats ? { formats } : {}),
  }
  const events = await runJob(folder, predictJob, `The prediction with run ${job.name}`, watch)
  return { run: job.name, stage, model, output, ...outputsOf(events, folder), identifiers }
}

/** Registered folders are never written to. @throws OrganMosaicError `usage` */
export function refuseRegisteredFolder(workspace: Workspace, output: string): void {
  for (const name of listDatasetNames(workspace)) {
    const { root } = readDataset(workspace, name)
    // The folder may be registered by a link and be named by its place, or the other way round.
    const places = existsSync(root) ? [root, realpathSync(root)] : [root]
    if (places.some((place) => isInside(place, output))) {
      throw new OrganMosaicError(
        'usage',
        `The output folder ${output} lies in the folder of dataset ${name}, which is never written to; choose another place.`,
      )
    }
  }
}

function isInside(folder: string, place: string): boolean {
  const path = relative(folder, place)
  return path === '' || (!path.startsWith('..') && !isAbsolute(path))
}

function outputsOf(
  events: readonly JobEvent[],
  folder: string,
): Pick<PredictionResult, 'labelMaps' | 'outputs' | 'files' | 'failures'> {
  const written = events.flatMap((event) => (event.type === 'output' ? [event] : []))
  const files = [...new Set(written.map(({ path }) => resolve(folder, path)))]
  const outputs = written.flatMap(({ segmentation }) => segmentation ?? [])
  const labelMaps = outputs.flatMap((each) => (each.format === 'nifti' ? each.files : []))
  const failures = events.flatMap((event) =>
    event.type === 'finding' && event.severity === 'warning' && event.caseId !== null
      ? [`${event.caseId}: ${event.message}`]
      : [],
  )
  return { labelMaps, outputs, files, failures }
}
