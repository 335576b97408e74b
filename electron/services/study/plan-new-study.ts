// What a study would be before it is one: how many runs of what, how long they take by what such runs took here, and why
// it could not be started.
import { LONGEST_JOB_S, type StudyPlan, type StudyPlanRow } from '../../../contract/api/studies.ts'
import type { RunSummary } from '../../../contract/commands.ts'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { modelCount, plannedStages, stageSettings } from '../../../contract/planned-stages.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import type { StudyConfig } from '../../../contract/study.ts'
import type { Services } from '../services.ts'
import { meanOf } from '../results/statistics/describe-values.ts'
import { commonStages } from '../runs/common-stages.ts'
import { planRun } from '../runs/plan-run.ts'
import { loadVocabulary } from '../vocabulary/load-vocabulary.ts'
import { listDatasetNames } from '../workspace/dataset-store.ts'
import { planStudy, type StudyJob } from './run-study.ts'
import { listStudyNames } from './study-store.ts'

export function planNewStudy(services: Services, config: StudyConfig): StudyPlan {
  const { workspace } = services
  const jobs = planStudy(config)
  const runs = services.runDesk.list()
  const problems: string[] = []
  const attempt = <T>(work: () => T): T | null => {
    try {
      return work()
    } catch (thrown) {
      problems.push(toOrganMosaicError(thrown).message)
      return null
    }
  }
  if (listStudyNames(workspace).includes(config.name)) problems.push(`A study is called ${config.name} already.`)
  if (config.datasets.includes(config.test)) problems.push(`${config.test} is both trained and tested on.`)
  if (!listDatasetNames(workspace).includes(config.test)) problems.push(`No dataset is called ${config.test}.`)
  const planned: PlannedRow[] = []
  for (const { name } of config.rows) {
    const own = jobs.filter(({ row }) => row.name === name)
    const row = attempt(() => planRow(services, own, planned, runs))
    if (row) planned.push(row)
  }
  const rows = planned.map(({ plan }) => plan)
  return {
    rows,
    jobs: jobs.length,
    done: jobs.filter(({ request }) => runs.some(({ name, state }) => name === request.name && state === 'finished'))
      .length,
    problems: [...new Set(problems)],
    warnings: [
      ...warnOfLength(rows),
      ...warnOfKnownRuns(jobs, runs),
      ...(attempt(() => services.findSharedNames(config.datasets)) ?? []),
    ],
  }
}

interface PlannedRow {
  readonly plan: StudyPlanRow
  readonly job: TrainJob
}

/** @param own its jobs, one a seed @param before the rows that are trained before it */
function planRow(
  services: Services,
  own: readonly StudyJob[],
  before: readonly PlannedRow[],
  runs: readonly RunSummary[],
): PlannedRow {
  const { row, request } = own[0]!
  // A run that is not kept has a name that nobody takes.
  const job = planRun(services.workspace, loadVocabulary(), { ...request, name: `preview-${crypto.randomUUID()}` })
  const { datasets, stages } = job
  const plan: StudyPlanRow = {
    name: row.name,
    method: row.method,
    stages,
    seeds: own.map(({ seed }) => seed),
    models: plannedStages(stages).reduce<number>((sum, stage) => sum + modelCount(stage, datasets.length), 0),
    patches: patchesOf(job, plannedStages(stages)),
    ...estimate(services, request, runs),
    alike: mostAlike(job, before),
  }
  return { plan, job }
}

/** Of each dataset. */
const patchesOf = ({ config }: TrainJob, stages: readonly StageNumber[]): number =>
  stages.reduce<number>((sum, stage) => sum + stageSettings(config, stage).steps * config.optimiser.batch, 0)

/** Runs on a cluster wait side by side and take nothing over; nobody knows yet where a new study will run. */
function mostAlike(job: TrainJob, before: readonly PlannedRow[]): StudyPlanRow['alike'] {
  const all = patchesOf(job, plannedStages(job.stages))
  const [most] = before
    .map(({ plan, job: other }) => ({ row: plan.name, share: patchesOf(job, commonStages(job, other).stages) / all }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
  return most ?? null
}

/** From runs with the same datasets and preset: of the same method, else of any, as all learn from equally many patches. */
function estimate(
  { getRun, runDesk }: Services,
  { datasets, preset, method }: StudyJob['request'],
  runs: readonly RunSummary[],
): Pick<StudyPlanRow, 'seconds' | 'basis'> {
  const alike = runs
    .filter((run) => run.state === 'finished' && run.preset === preset && run.datasets.join() === datasets.join())
    .map(({ name }) => ({ method: getRun(name).method, seconds: runDesk.workedSeconds(name) }))
  const same = meanOf(alike.filter((run) => run.method === method).map(({ seconds }) => seconds))
  if (same !== null) return { seconds: same, basis: 'same' }
  const similar = meanOf(alike.map(({ seconds }) => seconds))
  return { seconds: similar, basis: similar === null ? 'none' : 'similar' }
}

const warnOfLength = (rows: readonly StudyPlanRow[]): string[] =>
  rows
    .filter(({ seconds }) => (seconds ?? 0) > LONGEST_JOB_S)
    .map(
      ({ name, seconds }) =>
        `A run of ${name} takes about ${Math.round((seconds ?? 0) / 60)} minutes; choose a smaller preset or fewer steps, so that each stays under an hour.`,
    )

function warnOfKnownRuns(jobs: readonly StudyJob[], runs: readonly RunSummary[]): string[] {
  const known = jobs.filter(({ request }) => runs.some(({ name }) => name === request.name))
  if (known.length === 0) return []
  return [
    `${known.length} of its runs are in the workspace already (${known.map(({ request }) => request.name).join(', ')}) and are taken as they are; another name makes new ones.`,
  ]
}
