// How far a study is, told from its folder, its runs and their reports: the same whoever works on it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RunSummary } from '../../../contract/commands.ts'
import type { ReportEntry } from '../../../contract/results.ts'
import type { StudyDetail, StudyJobState, StudyJobStatus, StudySummary } from '../../../contract/study-state.ts'
import type { StudyConfig } from '../../../contract/study.ts'
import type { Services } from '../services.ts'
import { isCurrent } from '../results/is-current.ts'
import { meanOf } from '../results/statistics/describe-values.ts'
import { planStudy, type StudyJob } from './run-study.ts'
import { lastStage } from './study-scores.ts'
import { readStoredConfig, readStudyState, STUDY_FILES, studyFolder } from './study-store.ts'

interface Known {
  readonly runs: ReadonlyMap<string, RunSummary>
  readonly reports: readonly ReportEntry[]
}

/** Read once for many studies. */
export const readKnown = ({ runDesk, results }: Services): Known => ({
  runs: new Map(runDesk.list().map((run) => [run.name, run])),
  reports: results.list(),
})

/** @throws OrganMosaicError `not-found`, `invalid-file` */
export function describeStudy(services: Services, name: string, known = readKnown(services)): StudyDetail {
  const config = readStoredConfig(services.workspace, name)
  const jobs = withTimes(planStudy(config).map((job) => describeJob(services, job, config, known)))
  const folder = studyFolder(services.workspace, name)
  const open = jobs.filter(({ state }) => state !== 'scored' && state !== 'trained')
  const left = open.map(({ secondsLeft }) => secondsLeft)
  return {
    summary: summarise(services, name, config, jobs),
    config,
    folder,
    jobs,
    secondsLeft: left.includes(null) ? null : left.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0),
    files: STUDY_FILES.filter((file) => existsSync(join(folder, file))),
  }
}

function summarise(
  { workspace }: Services,
  name: string,
  { preset, datasets, test, rows }: StudyConfig,
  jobs: readonly StudyJobStatus[],
): StudySummary {
  const { state, message, createdAt, updatedAt } = readStudyState(workspace, name)
  return {
    name,
    state,
    message,
    preset,
    datasets,
    test,
    rows: rows.map((row) => row.name),
    createdAt,
    updatedAt,
    jobs: jobs.length,
    scored: jobs.filter((job) => job.state === 'scored').length,
  }
}

function describeJob({ runDesk }: Services, job: StudyJob, { test }: StudyConfig, known: Known): StudyJobStatus {
  const run = known.runs.get(job.request.name)
  const stage = lastStage(job)
  const fresh = known.reports.filter(
    (report) => report.run === run?.name && report.dataset === test && report.stage === stage && isCurrent(report, run),
  )
  const all = fresh.find(({ model }) => model === 'ensemble')
  const single = fresh.find(({ model }) => typeof model === 'number')
  return {
    run: job.request.name,
    row: job.row.name,
    method: job.row.method,
    seed: job.seed,
    state: stateOf(run, all !== undefined && (stage < 2 || single !== undefined)),
    progress: run?.progress ?? null,
    seconds: run ? runDesk.workedSeconds(run.name) : null,
    secondsLeft: run?.state === 'running' ? (run.progress?.secondsLeft ?? null) : null,
    dice: all?.meanDice ?? null,
    bestSingle: single?.meanDice ?? null,
  }
}

function stateOf(run: RunSummary | undefined, scored: boolean): StudyJobState {
  if (!run || run.state === 'queued') return 'waiting'
  if (run.state !== 'finished') return run.state
  return scored ? 'scored' : 'trained'
}

/** What waits will take as long as what is done: of the same row, else of any; all of a study learn from equally much. */
function withTimes(jobs: readonly StudyJobStatus[]): StudyJobStatus[] {
  const whole = ({ state, seconds, secondsLeft }: StudyJobStatus): number | null => {
    if (state === 'scored' || state === 'trained') return seconds
    return state === 'running' && secondsLeft !== null ? (seconds ?? 0) + secondsLeft : null
  }
  const expected = (row: string): number | null =>
    meanOf(jobs.filter((job) => job.row === row).flatMap((job) => whole(job) ?? [])) ??
    meanOf(jobs.flatMap((job) => whole(job) ?? []))
  return jobs.map((job) => {
    if (job.state === 'scored' || job.state === 'trained') return { ...job, secondsLeft: 0 }
    if (job.secondsLeft !== null) return job
    const seconds = expected(job.row)
    return { ...job, secondsLeft: seconds === null ? null : Math.max(0, seconds - (job.seconds ?? 0)) }
  })
}
