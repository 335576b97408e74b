// What a trainer reads for a job, and so what another machine must have: the job folder, the models it starts from, and of
// every case the preprocessed one where it is here, else its image and labels, which are preprocessed there.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { EvaluateJob, JobDataset, TrainJob } from '../../../../contract/job.ts'
import { folderOfStage } from '../../../../contract/planned-stages.ts'
import { PlanSchema, type Plan } from '../../../../contract/plan.ts'
import { POST_PROCESSING_FILE } from '../../../../contract/post-processing.ts'
import { derivePlan } from '../../../../trainer/imaging/planning/derive-plan.ts'
import { preprocessedFolder } from '../../../../trainer/imaging/planning/plan-key.ts'
import { filesOfImage } from '../../../../trainer/imaging/read-image.ts'
import { PLACE_FILE, whereAway } from '../../../../trainer/job-folder/read-job-place.ts'
import { mapConcurrently } from '../../datasets/map-concurrently.ts'
import { readJob } from '../../jobs/create-job-folder.ts'
import { readJsonFile } from '../../workspace/json-file.ts'
import { COURIER_FILE, LIST_FILE } from './courier-file.ts'

/** Of this machine only, and what is made anew. Reports are: those of a run may be newer here than any that come back. */
const STAYS_HERE = [PLACE_FILE, COURIER_FILE, LIST_FILE, 'events.reserve', 'report']

/** Folders of the runs whose models a job reads. @throws OrganMosaicError `not-found`, `invalid-file` */
export function runsRead(folder: string): string[] {
  const job = readJob(folder)
  if (job.kind === 'train') return job.stage1From === null ? [] : [job.stage1From]
  if (job.kind !== 'evaluate') return []
  const run = readJob(job.runFolder)
  const source = run.kind === 'train' ? folderOfStage(run, job.runFolder, job.stage) : job.runFolder
  return [...new Set([job.runFolder, source])]
}

/**
 * Absolute paths of files and folders.
 * @throws OrganMosaicError `not-found` for a file of a case that is gone, `conflict` when a run it reads is away itself,
 *   `usage` for a job that is only done here
 */
export async function whatTravels(folder: string): Promise<string[]> {
  const job = readJob(folder)
  const own = entriesOf(folder).filter((path) => !STAYS_HERE.some((name) => path === join(folder, name)))
  const models = runsRead(folder).flatMap(modelsOf)
  if (job.kind === 'train') return [...own, ...models, ...(await trainingCases(folder, job))]
  if (job.kind === 'evaluate') {
    const labels = job.model === 'pseudo' ? pseudoLabels(job) : []
    return [...own, ...models, ...labels, ...(await caseFiles(job.dataset))]
  }
  throw new OrganMosaicError('usage', `A job of kind ${job.kind} is done on this machine.`)
}

/** Of a run, with its cases as far as they are preprocessed here. */
function pseudoLabels({ runFolder }: EvaluateJob): string[] {
  const run = readJob(runFolder)
  const plan = readPlan(runFolder)
  if (run.kind !== 'train' || plan === null) return []
  const stores = run.datasets.flatMap((dataset) =>
    dataset.cases.map((entry) => preprocessedFolder(run.cacheFolder, plan, dataset, entry)),
  )
  const labels = ['pseudo-labels', 'pseudo-labels-refreshed'].map((name) => join(runFolder, name))
  return [...labels, ...stores].filter((path) => existsSync(path))
}

async function trainingCases(folder: string, job: TrainJob): Promise<string[]> {
  const plan =
    readPlan(folder) ??
    (job.stage1From === null ? null : readPlan(job.stage1From)) ??
    derivePlan(job.datasets, job.config)
  const paths = job.datasets.map(async (dataset) => {
    const store = (entry: JobDataset['cases'][number]) => preprocessedFolder(job.cacheFolder, plan, dataset, entry)
    const raw = dataset.cases.filter((entry) => !existsSync(store(entry)))
    const stores = dataset.cases.filter((entry) => !raw.includes(entry)).map(store)
    return [...stores, ...(await caseFiles({ ...dataset, cases: raw }))]
  })
  return (await Promise.all(paths)).flat()
}

/** Images and labels as they were registered. */
async function caseFiles({ root, cases }: Pick<JobDataset, 'root' | 'cases'>): Promise<string[]> {
  const addresses = cases.flatMap(({ images, labels }) => [...images, ...labels.map(({ path }) => path)])
  const files = await mapConcurrently([...new Set(addresses)], 8, (path) => filesOfImage(join(root, path)))
  return [...new Set(files.flat())]
}

/** What a run leaves for others: its plan, the weights of its models, and how sure they are. */
function modelsOf(runFolder: string): string[] {
  const away = whereAway(runFolder)
  if (away) {
    throw new OrganMosaicError(
      'conflict',
      `The models of ${runFolder} are still on ${away.place.name}; wait until that run is back.`,
    )
  }
  const weights = entriesOf(join(runFolder, 'checkpoints')).filter((path) => !path.endsWith('-last.safetensors'))
  const facts = ['run.json', 'plan.json', POST_PROCESSING_FILE, 'pseudo-labels/calibration.json']
  return [...facts.map((name) => join(runFolder, name)).filter((path) => existsSync(path)), ...weights]
}

const readPlan = (folder: string): Plan | null =>
  existsSync(join(folder, 'plan.json')) ? readJsonFile(join(folder, 'plan.json'), PlanSchema) : null

const entriesOf = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
