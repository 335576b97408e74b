// run.json as the trainer uses it: with paths of this machine.
import { join } from 'node:path'
import { JobSchema, type Job, type JobDataset } from '../../contract/job.ts'
import { copyRoot } from '../job-folder/copy-root.ts'
import { readJsonFile } from './read-json-file.ts'

/** @throws OrganMosaicError invalid-file */
export async function readJobFile(folder: string, nextStep: string): Promise<Job> {
  const job = await readJsonFile(join(folder, 'run.json'), JobSchema, nextStep)
  const root = copyRoot(folder)
  return root === '' ? job : beneath(root, job)
}

/** Trainings and evaluations are what other machines are given. */
function beneath(root: string, job: Job): Job {
  const place = (path: string): string => join(root, path)
  const placed = (dataset: JobDataset): JobDataset => ({ ...dataset, root: place(dataset.root) })
  const cacheFolder = place(job.cacheFolder)
  if (job.kind === 'train') {
    const stage1From = job.stage1From === null ? null : place(job.stage1From)
    return { ...job, cacheFolder, stage1From, datasets: job.datasets.map(placed) }
  }
  if (job.kind !== 'evaluate') return job
  return { ...job, cacheFolder, runFolder: place(job.runFolder), dataset: placed(job.dataset) }
}
