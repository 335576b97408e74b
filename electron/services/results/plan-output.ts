// What a prediction or an export would write, before it writes: names, what is overwritten, how large it may become.
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { TrainJob } from '../../../contract/job.ts'
import type { OutputPlan } from '../../../contract/output.ts'
import { readImageGeometry } from '../../../trainer/imaging/read-image.ts'
import { mapConcurrently } from '../datasets/map-concurrently.ts'
import { refuseRegisteredFolder } from '../runs/predict-with-run.ts'
import { findImages } from '../runs/find-images.ts'
import { registeredImages, type ChosenCase, type Inputs } from '../runs/prediction-inputs.ts'
import { findTrainedModels, type ModelRequest } from '../runs/trained-models.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

/** A compressed label map relative to one byte a voxel: 0.6 % on whole-body CT, 4 % on small phantoms. */
const EXPECTED_SHARE = 0.04
const SIDECAR_BYTES = 4096
const AT_ONCE = 8

/** @throws OrganMosaicError as exportRun */
export async function planExport(
  workspace: Workspace,
  request: ModelRequest & { output: string; cases?: readonly ChosenCase[] },
): Promise<OutputPlan> {
  const { job } = findTrainedModels(workspace, request)
  return planOutput(workspace, registeredImages(workspace, job, request.cases), request.output, job)
}

/** @throws OrganMosaicError as predictWithRun */
export async function planPrediction(
  workspace: Workspace,
  request: ModelRequest & { output: string; inputs: readonly string[] },
): Promise<OutputPlan> {
  findTrainedModels(workspace, request)
  return planOutput(workspace, await findImages(request.inputs), request.output, null)
}

/** @param job of the run whose true labels complete its own cases; null where none do */
async function planOutput(
  workspace: Workspace,
  inputs: Inputs,
  folder: string,
  job: TrainJob | null,
): Promise<OutputPlan> {
  const output = resolve(folder)
  refuseRegisteredFolder(workspace, output)
  const own = new Set(job?.datasets.flatMap(({ root, cases }) => cases.map(({ image }) => join(root, image))))
  const images = await mapConcurrently(inputs, AT_ONCE, async ({ id, image }) => ({
    id,
    image,
    voxels: await countVoxels(image),
    files: filesOf(output, id, own.has(image)),
  }))
  const maps = images.map(({ voxels, files }) => (voxels ?? 0) * files.filter(({ kind }) => kind !== 'sidecar').length)
  const largest = maps.reduce((sum, bytes) => sum + bytes, 0)
  return {
    output,
    exists: existsSync(output),
    images,
    overwritten: images.flatMap(({ files }) => files).filter(({ overwrites }) => overwrites).length,
    largestBytes: largest + images.length * SIDECAR_BYTES,
    expectedBytes: Math.round(largest * EXPECTED_SHARE) + images.length * SIDECAR_BYTES,
    freeBytes: await freeBytesAt(output),
  }
}

function filesOf(output: string, id: string, completed: boolean): OutputPlan['images'][number]['files'] {
  const file = (name: string, kind: 'label-map' | 'provenance' | 'sidecar') => {
    return { name, kind, overwrites: existsSync(join(output, name)) }
  }
  return [
    file(`${id}.nii.gz`, 'label-map'),
    ...(completed ? [file(`${id}_provenance.nii.gz`, 'provenance')] : []),
    file(`${id}.json`, 'sidecar'),
  ]
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
