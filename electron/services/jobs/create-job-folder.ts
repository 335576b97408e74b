// A job begins as a folder with run.json. Nothing runs yet.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { JobSchema, type Job } from '../../../contract/job.ts'
import { describeIssues, readJsonFile, writeJsonFile } from '../workspace/json-file.ts'

/**
 * @returns `folder`
 * @throws OrganMosaicError `conflict` when the folder already holds a job, `invalid-config` when the job fails its schema
 */
export function createJobFolder(folder: string, job: Job): string {
  const parsed = JobSchema.safeParse(job)
  if (!parsed.success) {
    throw new OrganMosaicError('invalid-config', `The job ${job.name} is not valid: ${describeIssues(parsed.error)}`)
  }
  if (existsSync(join(folder, 'run.json'))) {
    throw new OrganMosaicError('conflict', `${folder} already holds a job; choose another name.`)
  }
  writeJsonFile(join(folder, 'run.json'), parsed.data)
  return folder
}

/** A new folder jobs/KIND-N, N one above the highest there; made at once, so that two callers never share one. */
export function newJobFolder(jobs: string, kind: Job['kind']): string {
  const pattern = new RegExp(`^${kind}-(\\d+)$`)
  for (;;) {
    const numbers = readdirSync(jobs).map((name) => Number(pattern.exec(name)?.[1] ?? 0))
    const folder = join(jobs, `${kind}-${Math.max(0, ...numbers) + 1}`)
    try {
      mkdirSync(folder)
      return folder
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    }
  }
}

/** @throws OrganMosaicError `not-found`, `invalid-file` */
export function readJob(folder: string): Job {
  return readJsonFile(join(folder, 'run.json'), JobSchema)
}
