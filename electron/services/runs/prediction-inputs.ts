// Which images a prediction or an export segments, and under which names their label maps are written.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { PredictJob, TrainJob } from '../../../contract/job.ts'
import { dicomFacts } from '../../../trainer/imaging/dicom/dicom-facts.ts'
import { groupSeries, listFiles, type DicomSeries } from '../../../trainer/imaging/dicom/dicom-series.ts'
import { pathOf, seriesAddress } from '../../../trainer/imaging/image-source.ts'
import { usableCases } from '../datasets/availability.ts'
import { nameSeries } from '../datasets/layouts/dicom-case-names.ts'
import { isVolume, stemOf, VOLUME_ENDINGS } from '../datasets/layouts/case-files.ts'
import { readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

export type Inputs = PredictJob['inputs']
export type ChosenCase = { dataset: string; caseId: string }

const labelMapPattern = /\.nii(\.gz)?$/i

/** Whether a file of an output folder is a label map; its sidecar and its provenance map are not. */
export const isLabelMap = (file: string): boolean => labelMapPattern.test(file) && !/_provenance\.nii/i.test(file)

/**
 * @param places image files, or folders: their images (not those of their subfolders), or without any the DICOM series
 *   in them, at any depth
 * @throws OrganMosaicError `not-found` for a place without an image, `usage` when two images would have one name
 */
export async function findImages(places: readonly string[]): Promise<Inputs> {
  const found: Inputs = []
  for (const place of places) found.push(...(await imagesAt(resolve(place))))
  return refuseSameIds([...new Map(found.map((input) => [input.image, input])).values()])
}

async function imagesAt(place: string): Promise<Inputs> {
  const found = statSync(place, { throwIfNoEntry: false })
  if (!found) {
    throw new OrganMosaicError(
      'not-found',
      `There is no file or folder ${place}; expected images (${VOLUME_ENDINGS}, DICOM) or folders of them.`,
    )
  }
  const files = found.isDirectory()
    ? readdirSync(place)
        .sort()
        .map((name) => join(place, name))
    : [place]
  const images = files.filter(isVolume).map((image) => ({ id: caseIdOf(image), image }))
  if (images.length > 0) return images
  const series = found.isDirectory() ? await seriesBelow(place) : await seriesOfFile(place)
  if (series.length > 0) return series
  throw new OrganMosaicError(
    'not-found',
    `${place} holds no image; expected files that end in ${VOLUME_ENDINGS}, or DICOM series.`,
  )
}

/** Below it, series of less slices than an organ needs are scouts, where there are others. */
const FEW_SLICES = 4

async function seriesBelow(folder: string): Promise<Inputs> {
  const images = (await groupSeries(await listFiles(folder))).filter(({ files }) => files[0].kind === 'image')
  const slicesOf = ({ files }: DicomSeries): number => files.reduce((sum, { frames }) => sum + frames, 0)
  const large = images.filter((series) => slicesOf(series) >= FEW_SLICES)
  const chosen = large.length > 0 ? large : images
  const inFolder = (path: string): string => relative(folder, path).replaceAll('\\', '/')
  const places = chosen.map(({ uid, folder: own }) => ({ uid, folder: inFolder(own) }))
  const names = nameSeries(places)
  // Where no folder below tells whose the only series is, the folder itself does.
  const only = places.length === 1 && names.get(places[0].uid) !== places[0].folder.split('/')[0]
  return chosen.map(({ uid, folder: own }) => ({
    id: asFileName(only ? basename(folder) : (names.get(uid) ?? uid)),
    image: seriesAddress(own, uid),
  }))
}

/** A slice stands for the series that it is of. */
async function seriesOfFile(path: string): Promise<Inputs> {
  const facts = await dicomFacts(path)
  if (facts?.kind !== 'image') return []
  if (facts.frames > 1) return [{ id: asFileName(basename(path).replace(/\.dcm$/i, '')), image: path }]
  return [{ id: asFileName(basename(dirname(path))), image: seriesAddress(dirname(path), facts.series) }]
}

const asFileName = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]/g, '_')

/** nnU-Net numbers the channels of its images (case_0000.nii.gz) and not its label maps (case.nii.gz). */
const caseIdOf = (image: string): string => stemOf(basename(image)).replace(/(?<=.)_0000$/, '')

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
