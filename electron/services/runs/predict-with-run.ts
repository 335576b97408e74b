// Segments images with a run's models: images that a person names, or the run's own registered cases (export).
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import type { PredictionResult } from '../../../contract/commands.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { PredictJob, TrainJob } from '../../../contract/job.ts'
import { newJobFolder } from '../jobs/create-job-folder.ts'
import { runJob, type Watch } from '../jobs/run-job.ts'
import { listDatasetNames, readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { jobVersions } from './job-versions.ts'
import { findTrainedModels, type ModelRequest, type TrainedModels } from './trained-models.ts'

type Inputs = PredictJob['inputs']
const imagePattern = /\.nii(\.gz)?$/i

/** Whether a file of an output folder is a label map; its sidecar and its provenance map are not. */
export const isLabelMap = (file: string): boolean => imagePattern.test(file) && !/_provenance\.nii/i.test(file)

/**
 * @param request.input an image file, or a folder whose images (not those of its subfolders) are all segmented
 * @throws OrganMosaicError `not-found` without an image, `usage` for an output inside a registered folder, as runJob
 */
export async function predictWithRun(
  workspace: Workspace,
  request: ModelRequest & { input: string; output: string },
  watch: Watch = {},
): Promise<PredictionResult> {
  const models = findTrainedModels(workspace, request)
  const inputs = findImages(resolve(request.input))
  return predict(workspace, models, { inputs, output: request.output, completeTruth: false }, watch)
}

/** Segments the cases that the run was trained on; their true labels win over predictions, and the sidecars say so. */
export async function exportRun(
  workspace: Workspace,
  request: ModelRequest & { output: string },
  watch: Watch = {},
): Promise<PredictionResult> {
  const models = findTrainedModels(workspace, request)
  const inputs = registeredImages(models.job)
  return predict(workspace, models, { inputs, output: request.output, completeTruth: true }, watch)
}

async function predict(
  workspace: Workspace,
  { job, folder: runFolder, stage, model }: TrainedModels,
  what: Pick<PredictJob, 'inputs' | 'output' | 'completeTruth'>,
  watch: Watch,
): Promise<PredictionResult> {
  if (model === 'pseudo') {
    throw new OrganMosaicError('usage', 'Stored pseudo labels predict nothing new; --model is a number or ensemble.')
  }
  const output = resolve(what.output)
  refuseRegisteredFolder(workspace, output)
  const folder = newJobFolder(workspace.jobs, 'predict')
  const predictJob: PredictJob = {
    kind: 'predict',
    schemaVersion: 1,
    name: basename(folder),
    createdAt: new Date().toISOString(),
    versions: jobVersions(),
    cacheFolder: workspace.cache,
    runFolder,
    stage,
    model,
    ...what,
    output,
  }
  const events = await runJob(folder, predictJob, `The prediction with run ${job.name}`, watch)
  return { run: job.name, stage, model, output, ...outputsOf(events, folder) }
}

function findImages(input: string): Inputs {
  const found = statSync(input, { throwIfNoEntry: false })
  if (!found) {
    throw new OrganMosaicError(
      'not-found',
      `There is no file or folder ${input}; --input names images (.nii, .nii.gz).`,
    )
  }
  const files = found.isDirectory()
    ? readdirSync(input)
        .sort()
        .map((name) => join(input, name))
    : [input]
  const images = files.filter((file) => imagePattern.test(file))
  if (images.length === 0) {
    throw new OrganMosaicError('not-found', `${input} holds no image; expected files that end in .nii or .nii.gz.`)
  }
  return refuseSameIds(images.map((image) => ({ id: caseIdOf(image), image })))
}

/** nnU-Net numbers the channels of its images (case_0000.nii.gz) and not its label maps (case.nii.gz). */
const caseIdOf = (image: string): string =>
  basename(image)
    .replace(imagePattern, '')
    .replace(/(?<=.)_0000$/, '')

function registeredImages(job: TrainJob): Inputs {
  const inputs = job.datasets.flatMap(({ name, root, cases }) =>
    cases.map(({ id, image }) => ({
      id: `${name}_${id.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`,
      image: join(root, image),
    })),
  )
  const missing = inputs.find(({ image }) => !existsSync(image))
  if (missing) {
    throw new OrganMosaicError(
      'not-found',
      `The image ${missing.image} of run ${job.name} is no longer there; put it back, or predict the others with organ-mosaic predict.`,
    )
  }
  return refuseSameIds(inputs)
}

/** Ids become file names: two inputs with the same one would overwrite each other. */
function refuseSameIds(inputs: Inputs): Inputs {
  const seen = new Map<string, string>()
  for (const { id, image } of inputs) {
    const other = seen.get(id.toLowerCase())
    if (other !== undefined) {
      throw new OrganMosaicError('usage', `${other} and ${image} would both be written as ${id}; rename one of them.`)
    }
    seen.set(id.toLowerCase(), image)
  }
  return inputs
}

/** Registered folders are never written to. */
function refuseRegisteredFolder(workspace: Workspace, output: string): void {
  for (const name of listDatasetNames(workspace)) {
    const { root } = readDataset(workspace, name)
    const path = relative(root, output)
    if (path === '' || (!path.startsWith('..') && !isAbsolute(path))) {
      throw new OrganMosaicError(
        'usage',
        `--output ${output} lies in the folder of dataset ${name}, which is never written to; choose another place.`,
      )
    }
  }
}

function outputsOf(
  events: readonly JobEvent[],
  folder: string,
): Pick<PredictionResult, 'labelMaps' | 'files' | 'failures'> {
  const files = events.flatMap((event) => (event.type === 'output' ? [resolve(folder, event.path)] : []))
  const failures = events.flatMap((event) =>
    event.type === 'finding' && event.severity === 'warning' && event.caseId !== null
      ? [`${event.caseId}: ${event.message}`]
      : [],
  )
  return { labelMaps: files.filter(isLabelMap), files, failures }
}
