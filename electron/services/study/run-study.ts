// A ladder of methods and seeds: every run is trained and scored one after the other, what is done is kept, and the tables
// are computed anew from the stored scores.
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { BUDGETS, METHODS } from '../../../contract/methods.ts'
import { plannedStages } from '../../../contract/planned-stages.ts'
import type { EvaluationReport } from '../../../contract/report.ts'
import { StudyConfigSchema, type StudyConfig, type StudyResult, type StudyRow } from '../../../contract/study.ts'
import type { Services } from '../create-services.ts'
import { ensureScored, ensureTrained, type RunHost } from '../runs/ensure-run.ts'
import type { RunRequest } from '../runs/plan-run.ts'
import { readDataset } from '../workspace/dataset-store.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import { summariseStudy, type ScoredRun } from './summarise-study.ts'
import { writeStudy } from './write-study.ts'

export interface StudyJob {
  readonly row: StudyRow
  readonly seed: number
  readonly request: RunRequest
}

/** @throws OrganMosaicError `not-found`, `invalid-file` */
export const readStudyConfig = (path: string): StudyConfig => readJsonFile(path, StudyConfigSchema)

/** Seed by seed, so that all methods have one before any has two. */
export function planStudy({ name, datasets, preset, seeds, set, rows }: StudyConfig): StudyJob[] {
  const all = [...new Set([...seeds, ...rows.flatMap((row) => row.seeds ?? [])])]
  return all.flatMap((seed) =>
    rows
      .filter((row) => (row.seeds ?? seeds).includes(seed))
      .map((row) => ({
        row,
        seed,
        request: {
          name: `${name}-${row.name}-s${seed}`,
          method: row.method,
          datasets,
          preset,
          set: [...set, ...row.set, `seed=${seed}`],
          ...(row.labels === undefined ? {} : { labelsFrom: row.labels }),
        },
      })),
  )
}

/** @throws OrganMosaicError what training and evaluation throw; what was done is kept, and asked again it goes on */
export async function runStudy(services: Services, config: StudyConfig, host: RunHost): Promise<StudyResult> {
  refuseTrainingOnTest(config)
  for (const name of [config.test, ...config.rows.flatMap(({ labels }) => labels ?? [])]) services.getDataset(name)
  const jobs = planStudy(config)
  const scored: ScoredRun[] = []
  for (const [index, job] of jobs.entries()) {
    host.note(`${index + 1} of ${jobs.length}: ${METHODS[job.row.method].title}, seed ${job.seed}`)
    await ensureTrained(services, job.request, host)
    scored.push({ row: job.row.name, ...(await scoreRun(services, job, config, host)) })
  }
  const folder = join(services.workspace.home, 'studies', config.name)
  const summary = summariseStudy(config, scored, readDataset(services.workspace, config.test).cases)
  const result: StudyResult = { config, folder, budget: BUDGETS[config.preset], ...summary.result }
  writeStudy(services.workspace, result, summary)
  return result
}

async function scoreRun(
  services: Services,
  { row, request }: StudyJob,
  { test }: StudyConfig,
  host: RunHost,
): Promise<Omit<ScoredRun, 'row'>> {
  const run = request.name
  const stage = plannedStages(METHODS[row.method].stages).at(-1) ?? 2
  const score = (model: number | 'ensemble'): Promise<EvaluationReport> =>
    ensureScored(services, { run, dataset: test, stage, model, savePredictions: true }, host)
  const report = await score('ensemble')
  const best = stage === 2 ? bestModel(services, run) : null
  const single = best === null ? null : await score(best)
  const { summary } = services.getRun(run)
  const trainingSeconds = (Date.parse(summary.updatedAt ?? summary.createdAt) - Date.parse(summary.createdAt)) / 1000
  return { run, report, single, trainingSeconds }
}

/** The full model that validated best: what a lab would choose that wants a single network. */
function bestModel(services: Services, run: string): number | null {
  const ranked = services
    .getRun(run)
    .checkpoints.filter(({ stage, kind, model }) => stage === 2 && kind === 'best' && model !== null)
    .sort((a, b) => (b.score ?? -1) - (a.score ?? -1))
  return ranked[0]?.model ?? null
}

function refuseTrainingOnTest({ datasets, test }: StudyConfig): void {
  if (!datasets.includes(test)) return
  throw new OrganMosaicError('leakage', `${test} is both trained and tested on; name a test set that no run sees.`)
}
