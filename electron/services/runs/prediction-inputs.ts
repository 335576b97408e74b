// Which registered images an export segments, and under which names their label maps are written.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { PredictJob, TrainJob } from '../../../contract/job.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { usableCases } from '../datasets/availability.ts'
import { readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { refuseOtherChannels } from './refuse-other-channels.ts'

export type Inputs = PredictJob['inputs']
export type ChosenCase = { dataset: string; caseId: string }

const labelMapPattern = /\.nii(\.gz)?$/i

/** Whether a file of an output folder is a label map; its sidecar and its provenance map are not. */
export const isLabelMap = (file: string): boolean => labelMapPattern.test(file) && !/_provenance\.nii/i.test(file)

/**
 * @param chosen of any registered dataset; absent: every case that the run was trained on
 * @throws OrganMosaicError `not-found` for a case or an image that is not there, `invalid-data` for other channels
 */
export function registeredImages(workspace: Workspace, job: TrainJob, chosen?: readonly ChosenCase[]): Inputs {
  const cases =
    chosen ?? job.datasets.flatMap(({ name, cases }) => cases.map(({ id }) => ({ dataset: name, caseId: id })))
  const known = knownImages(workspace, job, new Set(cases.map(({ dataset }) => dataset)))
  const inputs = cases.map(({ dataset, caseId }) => {
    const images = known.get(JSON.stringify([dataset, caseId]))
    if (images !== undefined) return { id: `${dataset}_${asFileName(caseId)}`, images }
    throw new OrganMosaicError('not-found', `Dataset ${dataset} has no usable case ${caseId}; choose another.`)
  })
  const missing = inputs.flatMap(({ images }) => images).find((image) => !existsSync(pathOf(image)))
  if (missing !== undefined) {
    throw new OrganMosaicError(
      'not-found',
      `The image ${missing} of run ${job.name} is no longer there; put it back, or choose the others alone.`,
    )
  }
  return refuseSameIds(inputs)
}

/** Cases as the run knows them come before what is registered now: the dataset may have changed since. */
function knownImages(workspace: Workspace, job: TrainJob, datasets: ReadonlySet<string>): Map<string, string[]> {
  const own = job.datasets.filter(({ name }) => datasets.has(name))
  const others = [...datasets].filter((name) => !own.some((dataset) => dataset.name === name))
  const registered = others
    .map((name) => readDataset(workspace, name))
    .map((dataset) => {
      refuseOtherChannels(job.name, job.datasets[0], dataset)
      return { name: dataset.name, root: dataset.root, cases: usableCases(dataset) }
    })
  return new Map(
    [...own, ...registered].flatMap(({ name, root, cases }) =>
      cases.map(({ id, images }) => [JSON.stringify([name, id]), images.map((image) => join(root, image))] as const),
    ),
  )
}

/** Names of cases and folders become names of files. */
export const asFileName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')

/** Ids become file names: two inputs with the same one would overwrite each other. */
export function refuseSameIds(inputs: Inputs): Inputs {
  const seen = new Map<string, string>()
  for (const { id, images } of inputs) {
    const [image] = images
    const other = seen.get(id.toLowerCase())
    if (other !== undefined) {
      throw new OrganMosaicError('usage', `${other} and ${image} would both be written as ${id}; rename one of them.`)
    }
    seen.set(id.toLowerCase(), image)
  }
  return inputs
}
