// A ladder of methods and seeds: every run is trained and scored one after the other, on a cluster as many at once as it
// lets; what is done is kept, and the tables are computed anew from the stored scores.
import { OrganMosaicError, toOrganMosaicError } from '../../../contract/errors.ts'
import { BUDGETS, METHODS } from '../../../contract/methods.ts'
import type { StudyState } from '../../../contract/study-state.ts'
import { StudyConfigSchema, type StudyConfig, type StudyResult, type StudyRow } from '../../../contract/study.ts'
import type { Services } from '../services.ts'
import { jobState } from '../jobs/job-state.ts'
import { ensureScored, ensureTrained, type RunHost } from '../runs/ensure-run.ts'
import type { RunRequest } from '../runs/plan-run.ts'
import { hasDataset, readDataset } from '../workspace/dataset-store.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, runFolder } from '../workspace/run-store.ts'
import { askOthers, spreadStudy } from './spread-study.ts'
import { readScores, scoreRequests } from './study-scores.ts'
import { beginStudy, noteStudy, studyFolder, studyRequest } from './study-store.ts'
import { summariseStudy, type StudySummary as StudySummaryTables } from './summarise-study.ts'
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

/** How a host that may stop works on a study. */
export interface StudyHost extends RunHost {
  /** Before each job. @throws to leave the study where it is */
  readonly onJob?: (index: number, jobs: number) => void
  /** Whether the host goes away: the study is interrupted then, not failed. */
  readonly isClosing?: () => boolean
}

/** @throws OrganMosaicError what training and evaluation throw; what was done is kept, and asked again it goes on */
export async function runStudy(services: Services, config: StudyConfig, host: StudyHost): Promise<StudyResult> {
  refuseTrainingOnTest(config)
  for (const name of [config.test, ...config.rows.flatMap(({ labels }) => labels ?? [])]) services.getDataset(name)
  beginStudy(services.workspace, config)
  const note = (state: StudyState, message = ''): void => noteStudy(services.workspace, config.name, state, message)
  let run: string | null = null
  try {
    const jobs = planStudy(config)
    await spreadStudy(services, config, host)
    const relatives = jobs.map(({ request }) => request.name)
    for (const [index, job] of jobs.entries()) {
      refuseWhenAsked(services.workspace, config.name)
      host.onJob?.(index, jobs.length)
      run = job.request.name
      note('running')
      host.note(`${index + 1} of ${jobs.length}: ${METHODS[job.row.method].title}, seed ${job.seed}`)
      await ensureTrained(services, job.request, host, { place: config.place, relatives })
      for (const request of scoreRequests(services, job, config.test)) {
        await ensureScored(
          services,
          { ...request, ...(config.place === undefined ? {} : { place: config.place }) },
          host,
        )
      }
    }
    const { result, summary } = studyResult(services, config)
    writeStudy(services.workspace, result, summary)
    note('finished')
    return result
  } catch (thrown) {
    const state = stateAfter(services, config.name, run, host)
    note(state, state === 'failed' ? toOrganMosaicError(thrown).message : '')
    if (state === 'paused' || state === 'cancelled') await askOthers(services, config, state)
    throw thrown
  }
}

/** Computed anew from what is stored; of a study that is not finished, from the jobs that are scored. */
export function studyResult(
  services: Services,
  config: StudyConfig,
): { result: StudyResult; summary: StudySummaryTables } {
  const runs = services.runDesk.list().filter(({ state }) => state === 'finished')
  const finished = new Set(runs.map(({ name }) => name))
  const jobs = planStudy(config).filter(({ request }) => finished.has(request.name))
  const scored = jobs.flatMap((job) => readScores(services, job, config.test) ?? [])
  const cases = hasDataset(services.workspace, config.test) ? readDataset(services.workspace, config.test).cases : []
  const summary = summariseStudy(config, scored, cases)
  const folder = studyFolder(services.workspace, config.name)
  return { result: { config, folder, budget: BUDGETS[config.preset], ...summary.result }, summary }
}

/** Why a study stopped: it was asked to, its run was paused, its host goes, or something went wrong. */
function stateAfter({ workspace }: Services, name: string, run: string | null, host: StudyHost): StudyState {
  const request = studyRequest(workspace, name)
  if (request !== 'run') return request === 'pause' ? 'paused' : 'cancelled'
  if (host.isClosing?.()) return 'interrupted'
  const state = run !== null && listRunNames(workspace).includes(run) ? jobState(runFolder(workspace, run)) : null
  return state === 'paused' || state === 'stopped' ? 'paused' : 'failed'
}

function refuseWhenAsked(workspace: Workspace, name: string): void {
  const request = studyRequest(workspace, name)
  if (request === 'run') return
  const done = request === 'pause' ? 'paused' : 'cancelled'
  throw new OrganMosaicError('job-failed', `Study ${name} was ${done}; asked again, it goes on where it was.`)
}

function refuseTrainingOnTest({ datasets, test }: StudyConfig): void {
  if (!datasets.includes(test)) return
  throw new OrganMosaicError('leakage', `${test} is both trained and tested on; name a test set that no run sees.`)
}
