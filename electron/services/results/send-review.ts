// A person's answer to a run that waits between its stages: review.json, checked, and then the run goes on.
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunSummary } from '../../../contract/commands.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { ReviewSchema, type Review, type TrainJob } from '../../../contract/job.ts'
import { isAlive, jobState } from '../jobs/job-state.ts'
import { startRun, type RunStore } from '../runs/run-control.ts'
import { summariseRun } from '../runs/run-queries.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import { readRun, runFolder } from '../workspace/run-store.ts'
import { listPseudoLabelled, openOrgans, reviewFile } from './read-pseudo-review.ts'

/** A process that has just asked for the review may still be on its way out. */
const GOODBYE_MS = 10_000

/**
 * Writes the review and resumes the run; a refused one ends it.
 * @throws OrganMosaicError `conflict` when the run does not wait for a review, `usage` for an organ that has no pseudo label
 */
export async function sendReview(store: RunStore, run: string, review: Review): Promise<RunSummary> {
  const job = readRun(store.workspace, run)
  const folder = runFolder(store.workspace, run)
  const state = jobState(folder)
  if (state !== 'awaiting-review') {
    throw new OrganMosaicError(
      'conflict',
      `Run ${run} is ${state} and waits for no review; a run waits when it is made with pseudoLabels.review on.`,
    )
  }
  const rejected = distinct(review.rejected)
  refuseUnknown(job, folder, rejected)
  writeJsonFile(reviewFile(folder), ReviewSchema.parse({ accepted: review.accepted, rejected }))
  for (const until = performance.now() + GOODBYE_MS; isAlive(folder) && performance.now() < until;) await sleep(100)
  await startRun(store, run)
  return summariseRun(store.database, store.workspace, job)
}

type Rejected = Review['rejected']
const keyOf = ({ dataset, caseId, organ }: Rejected[number]): string => JSON.stringify([dataset, caseId, organ])

const distinct = (rejected: Rejected): Rejected => [...new Map(rejected.map((each) => [keyOf(each), each])).values()]

function refuseUnknown(job: TrainJob, folder: string, rejected: Rejected): void {
  const known = new Set(
    listPseudoLabelled(job, folder).flatMap(({ dataset, entry }) =>
      openOrgans(entry, job.organs).map((organ) => keyOf({ dataset, caseId: entry.id, organ })),
    ),
  )
  const stranger = rejected.find((each) => !known.has(keyOf(each)))
  if (!stranger) return
  throw new OrganMosaicError(
    'usage',
    `The review rejects ${stranger.organ} in case ${stranger.caseId} of ${stranger.dataset}, and run ${job.name} has no pseudo label of it there; reload the review and try again.`,
  )
}
