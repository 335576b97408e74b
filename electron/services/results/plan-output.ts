// What a prediction or an export would write, before it writes: names, what is overwritten, how large it may become.
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { TrainJob } from '../../../contract/job.ts'
import type { OutputFormat, OutputPlan } from '../../../contract/output.ts'
import { formatsFor } from '../../../trainer/imaging/output/formats-for.ts'
import { readImageGeometry } from '../../../trainer/imaging/read-image.ts'
import { openImagePlaces } from '../archives/unpacked-folders.ts'
import { mapConcurrently } from '../datasets/map-concurrently.ts'
import { refuseRegisteredFolder } from '../runs/predict-with-run.ts'
import { findImages } from '../runs/find-images.ts'
import { registeredImages, type ChosenCase, type Inputs } from '../runs/prediction-inputs.ts'
import { findTrainedModels, type ModelRequest } from '../runs/trained-models.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { planFiles } from './plan-files.ts'

const AT_ONCE = 8

type Choice = ModelRequest & { output: string; formats?: readonly OutputFormat[] }

/** @throws OrganMosaicError as exportRun */
export async function planExport(
  workspace: Workspace,
  request: Choice & { cases?: readonly ChosenCase[] },
): Promise<OutputPlan> {
  const { job } = findTrainedModels(workspace, request)
  return planOutput(workspace, registeredImages(workspace, job, request.cases), request, job, true)
}

/** @throws OrganMosaicError as predictWithRun */
export async function planPrediction(
  workspace: Workspace,
  request: Choice & { inputs: readonly string[] },
): Promise<OutputPlan> {
  const { job } = findTrainedModels(workspace, request)
  const places = await openImagePlaces(workspace, request.inputs)
  return planOutput(workspace, await findImages(places, job.datasets[0].channels), request, job, false)
}

/** @param completeTruth whether the true labels of the run complete its own cases */
async function planOutput(
  workspace: Workspace,
  inputs: Inputs,
  request: Choice,
  job: TrainJob,
  completeTruth: boolean,
): Promise<OutputPlan> {
  const output = resolve(request.output)
  refuseRegisteredFolder(workspace, output)
  const own = new Set(job.datasets.flatMap(({ root, cases }) => cases.map(({ images }) => join(root, images[0]))))
  const planned = await mapConcurrently(inputs, AT_ONCE, async ({ id, images }) => {
    const [image] = images
    const voxels = await countVoxels(image)
    const { isDicom, formats, refused } = await formatsFor(image, request.formats)
    const completed = completeTruth && own.has(image)
    const files = planFiles(output, {
      id,
      formats,
      organs: job.organs,
      channels: images.length,
      completed,
      voxels: voxels ?? 0,
    })
    return { image: { id, image, voxels, isDicom, formats, refused, files: files.shown }, ...files }
  })
  const sum = (of: (each: (typeof planned)[number]) => number): number =>
    planned.reduce((total, each) => total + of(each), 0)
  return {
    output,
    exists: existsSync(output),
    images: planned.map(({ image }) => image),
    overwritten: sum(({ overwritten }) => overwritten),
    largestBytes: sum(({ largestBytes }) => largestBytes),
    expectedBytes: sum(({ expectedBytes }) => expectedBytes),
    freeBytes: await freeBytesAt(output),
  }
}

/** An image that cannot be read fails on its own later, and the others go on. */
async function countVoxels(image: string): Promise<number | null> {
  try {
    const { shape } = await readImageGeometry(image)
    return shape.reduce((product, size) => product * size, 1)
  } catch {
    return null
  }
}

async function freeBytesAt(folder: string): Promise<number | null> {
  let place = folder
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  try {
    const { bavail, bsize } = await statfs(place)
    return bavail * bsize
  } catch {
    return null
  }
}
