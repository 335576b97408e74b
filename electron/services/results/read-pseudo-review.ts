// The pseudo labels of a run as a person reviews them: case by case, where the models contradict each other most first.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from '../../../contract/case.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { ReviewSchema, type TrainJob } from '../../../contract/job.ts'
import type { OrganId } from '../../../contract/organ.ts'
import { PlanSchema } from '../../../contract/plan.ts'
import type { PseudoCase, PseudoOrgan, PseudoReview } from '../../../contract/results.ts'
import { indexRun } from '../database/index-run.ts'
import type { Database } from '../database/open-database.ts'
import { stateOf } from '../datasets/availability.ts'
import { mapConcurrently } from '../datasets/map-concurrently.ts'
import { jobState } from '../jobs/job-state.ts'
import type { RunStore } from '../runs/run-control.ts'
import { eventsOfType } from '../runs/run-queries.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import { readRun, runFolder } from '../workspace/run-store.ts'
import { measurePseudoLabels, type PseudoMeasure } from './measure-pseudo-labels.ts'

const AT_ONCE = 4

export const reviewFile = (folder: string): string => join(folder, 'review.json')

const storedFolder = (folder: string, dataset: string, caseId: string): string =>
  join(folder, 'pseudo-labels', dataset, `${encodeURIComponent(caseId)}.zarr`)

/** @throws OrganMosaicError `not-found`, `conflict` while the run has no pseudo labels */
export async function readPseudoReview({ database, workspace }: RunStore, run: string): Promise<PseudoReview> {
  const job = readRun(workspace, run)
  const folder = runFolder(workspace, run)
  indexRun(database, folder, job)
  const stored = listPseudoLabelled(job, folder)
  if (stored.length === 0) {
    throw new OrganMosaicError(
      'conflict',
      `Run ${run} has no pseudo labels yet: they are made between stage 1 and stage 2, for cases that stage 2 trains on.`,
    )
  }
  const { spacingMm } = readJsonFile(join(folder, 'plan.json'), PlanSchema)
  const voxelMl = spacingMm.reduce((product, mm) => product * mm, 1) / 1000
  const expected = expectedVolumes(job)
  const reasons = readIgnoredReasons(database, run)
  const cases = await mapConcurrently(stored, AT_ONCE, async ({ dataset, entry, place }) => {
    const measure = await measurePseudoLabels(place)
    return describeCase(dataset, entry, job.organs, measure, { voxelMl, expected, reasons })
  })
  const state = jobState(folder)
  const sent = existsSync(reviewFile(folder)) ? readJsonFile(reviewFile(folder), ReviewSchema) : null
  return {
    run,
    state,
    waiting: state === 'awaiting-review',
    cases: cases.sort(
      (a, b) =>
        (b.disputedShare ?? 0) - (a.disputedShare ?? 0) ||
        b.undecidedShare - a.undecidedShare ||
        (a.caseId < b.caseId ? -1 : 1),
    ),
    sent,
  }
}

/** Cases with stored pseudo labels; held-back validation cases have none. */
export function listPseudoLabelled(job: TrainJob, folder: string): { dataset: string; entry: Case; place: string }[] {
  return job.datasets.flatMap(({ name, cases }) =>
    cases
      .map((entry) => ({ dataset: name, entry, place: storedFolder(folder, name, entry.id) }))
      .filter(({ place }) => existsSync(join(place, 'zarr.json'))),
  )
}

/** Organs that nobody delineated in a case: a review may speak about these. */
export const openOrgans = (entry: Case, organs: readonly OrganId[]): OrganId[] =>
  organs.filter((organ) => stateOf(organ, entry) === 'unlabelled')

interface Circumstances {
  readonly voxelMl: number
  readonly expected: ReadonlyMap<OrganId, [number, number]>
  /** 'DATASET CASE ORGAN' -> why its pseudo label is ignored */
  readonly reasons: ReadonlyMap<string, string>
}

function describeCase(
  dataset: string,
  entry: Case,
  union: readonly OrganId[],
  { undecided, classes, disputedShare, disputedShares }: PseudoMeasure,
  { voxelMl, expected, reasons }: Circumstances,
): PseudoCase {
  const organs = openOrgans(entry, union).map((organ): PseudoOrgan => {
    const unionClass = union.indexOf(organ) + 1
    const found = classes.get(unionClass)
    const reason = reasons.get(`${dataset} ${entry.id} ${organ}`) ?? null
    const state = found ? (found.voxels > 0 ? 'accepted' : reason === null ? 'absent' : 'ignored') : 'unknown'
    return {
      organ,
      state,
      reason: state === 'ignored' ? reason : null,
      volumeMl: (found?.voxels ?? 0) * voxelMl,
      expectedMl: expected.get(organ) ?? null,
      confidence: found?.confidence ?? null,
      disputedShare: disputedShares.get(unionClass) ?? null,
    }
  })
  const undecidedMl = undecided * voxelMl
  const organMl = organs.reduce((sum, { volumeMl }) => sum + volumeMl, 0)
  const undecidedShare = undecidedMl === 0 ? 0 : undecidedMl / (undecidedMl + organMl)
  return { dataset, caseId: entry.id, disputedShare, undecidedMl, undecidedShare, organs }
}

/** Smallest and largest volume of each organ where a training case delineates it on its own and whole. */
function expectedVolumes({ datasets }: TrainJob): Map<OrganId, [number, number]> {
  const ranges = new Map<OrganId, [number, number]>()
  for (const { availability } of datasets.flatMap(({ cases }) => cases)) {
    for (const [organ, { state, voxels, volumeMl }] of Object.entries(availability)) {
      if (voxels === 0 || state !== 'labelled') continue
      const [low, high] = ranges.get(organ) ?? [Infinity, 0]
      ranges.set(organ, [Math.min(low, volumeMl), Math.max(high, volumeMl)])
    }
  }
  return ranges
}

/** The trainer's own words: "The pseudo label of X is ignored: its 3.1 ml lie outside ..." The last word counts. */
function readIgnoredReasons(database: Database, run: string): Map<string, string> {
  return new Map(
    eventsOfType(database, run, 'finding').flatMap(({ dataset, caseId, organ, message }) => {
      const reason = /^The pseudo label of .* is ignored: (.*?)\.?$/.exec(message)?.[1]
      return reason === undefined ? [] : [[`${dataset} ${caseId} ${organ}`, reason] as const]
    }),
  )
}
