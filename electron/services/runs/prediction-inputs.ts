// Which registered images an export segments, and under which names their label maps are written.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { PredictJob, TrainJob } from '../../../contract/job.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { usableCases } from '../datasets/availability.ts'
import { readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

export type Inputs = PredictJob['inputs']
export type ChosenCase = { dataset: string; caseId: string }

const labelMapPattern = /\.nii(\.gz)?$/i

/** Whether a file of an output folder is a label map; its sidecar and its provenance map are not. */
export const isLabelMap = (file: string): boolean => labelMapPattern.test(file) && !/_provenance\.nii/i.test(file)

/**
 * @param chosen of any registered dataset; absent: every case that the run was trained on
 * @throws OrganMosaicError `not-found` for a case or an image that is not there
 */
export function registeredImages(workspace: Workspace, job: TrainJob, chosen?: readonly ChosenCase[]): Inputs {
  const cases =
    chosen ?? job.datasets.flatMap(({ name, cases }) => cases.map(({ id }) => ({ dataset: name, caseId: id })))
  const known = knownImages(workspace, job, new Set(cases.map(({ dataset }) => dataset)))
  const inputs = cases.map(({ dataset, caseId }) => {
    const image = known.get(JSON.stringify([dataset, caseId]))
    if (image !== undefined) return { id: `${dataset}_${asFileName(caseId)}`, image }
    throw new OrganMosaicError('not-found', `Dataset ${dataset} has no usable case ${caseId}; choose another.`)
  })
  const missing = inputs.find(({ image }) => !existsSync(pathOf(image)))
  if (missing) {
    throw new OrganMosaicError(
      'not-found',
      `The image ${missing.image} of run ${job.name} is no longer there; put it back, or choose the others alone.`,
    )
  }
  return refuseSameIds(inputs)
}

/** Cases as the run knows them come before what is registered now: the dataset may have changed since. */
function knownImages(workspace: Workspace, job: TrainJob, datasets: ReadonlySet<string>): Map<string, string> {
  const own = job.datasets.filter(({ name }) => datasets.has(name))
  const others = [...datasets].filter((name) => !own.some((dataset) => dataset.name === name))
  const registered = others
    .map((name) => readDataset(workspace, name))
    .map((dataset) => {
      return { name: dataset.name, root: dataset.root, cases: usableCases(dataset) }
    })
  return new Map(
    [...own, ...registered].flatMap(({ name, root, cases }) =>
      cases.map(({ id, image }) => [JSON.stringify([name, id]), join(root, image)] as const),
    ),
  )
}

/** Names of cases and folders become names of files. */
export const asFileName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')

/** Ids become file names: two inputs with the same one would overwrite each other. */
export function refuseSameIds(inputs: Inputs): Inputs {
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
