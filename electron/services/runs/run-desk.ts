// What a window does with runs: previews, makes, steers, watches and removes them. Wires; the work is elsewhere.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { ConfigPreview, LogLine, MetricsAnswer, RunDraft, RunPreview } from '../../../contract/api/runs.ts'
import type { RunSummary } from '../../../contract/commands.ts'
import type { TrainJob } from '../../../contract/job.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { PlanSchema } from '../../../contract/plan.ts'
import type { RunSlice, RunSliceEntry } from '../../../contract/run-slice.ts'
import type { Task } from '../../../contract/task.ts'
import { derivePlan } from '../../../trainer/imaging/planning/derive-plan.ts'
import type { Tasks } from '../tasks/create-tasks.ts'
import { listDatasetNames, readDataset } from '../workspace/dataset-store.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import { readRun, runFolder } from '../workspace/run-store.ts'
import { readSettings } from '../workspace/settings-file.ts'
import { planRun } from './plan-run.ts'
import { runPreflight } from './run-preflight.ts'
import { previewConfig } from './preview-config.ts'
import { findSharedNames } from './refuse-leakage.ts'
import { createRun, startRun, type RunStore, type StartOptions } from './run-control.ts'
import { readLog, readSeries, readTrainerLog } from './run-history.ts'
import { listSlices, readSlice } from './read-slices.ts'
import { summariseNamed } from './run-queries.ts'
import { removeRun, restoreRun } from './run-trash.ts'
import { workedSeconds } from './working-time.ts'
import { inheritedConfig } from './stage1-source.ts'

export interface RunDesk {
  /** Newest first, at once: the Dice of runs whose numbers are still being read follows as an event. */
  readonly list: () => RunSummary[]
  /** Makes a run and starts it. @throws OrganMosaicError as planRun */
  readonly create: (draft: RunDraft & { name: string; place: string }) => Promise<RunSummary>
  /** @throws OrganMosaicError `conflict` when it runs or is finished */
  readonly resume: (name: string, options?: StartOptions) => Promise<RunSummary>
  /** @returns what restore takes it back with */
  readonly remove: (name: string) => string
  readonly restore: (removed: string) => RunSummary
  readonly metrics: (name: string, since: number, points: number) => MetricsAnswer
  readonly log: (name: string, since: number) => LogLine[]
  /** How long processes worked on it so far, pauses left out. */
  readonly workedSeconds: (name: string) => number
  readonly trainerLog: (name: string) => { text: string; path: string }
  /** Oldest first. */
  readonly listSlices: (name: string) => RunSliceEntry[]
  readonly slice: (name: string, file: string) => RunSlice
  readonly previewConfig: (draft: Pick<RunDraft, 'preset' | 'method' | 'changes' | 'stage1From'>) => ConfigPreview
  /** @throws OrganMosaicError as planRun */
  readonly preview: (draft: RunDraft) => RunPreview
  readonly startPreflight: (draft: RunDraft) => Task
}

export interface RunDeskContext extends RunStore {
  readonly vocabulary: () => Vocabulary
  readonly tasks: Tasks
  readonly list: RunDesk['list']
}

export function createRunDesk({ database, workspace, vocabulary, tasks, list }: RunDeskContext): RunDesk {
  const store: RunStore = { database, workspace }
  const summary = (name: string): RunSummary => summariseNamed(database, workspace, name)
  /** A run that is not kept has a name that nobody takes. */
  const plan = (draft: RunDraft): TrainJob =>
    planRun(workspace, vocabulary(), toRequest({ ...draft, name: `preview-${randomUUID()}` }))

  async function resume(name: string, options: StartOptions = {}): Promise<RunSummary> {
    await startRun(store, name, options)
    return summary(name)
  }

  return {
    list,
    async create({ place, ...draft }) {
      createRun(store, vocabulary(), toRequest(draft))
      return resume(draft.name, { place })
    },
    resume,
    remove: (name) => removeRun(store, name),
    restore: (removed) => summary(restoreRun(store, removed)),
    metrics(name, since, points) {
      summary(name)
      return readSeries(database, name, since, points)
    },
    log(name, since) {
      summary(name)
      return readLog(database, name, since)
    },
    workedSeconds(name) {
      summary(name)
      return workedSeconds(database, name)
    },
    trainerLog(name) {
      readRun(workspace, name)
      return readTrainerLog(runFolder(workspace, name))
    },
    listSlices: (name) => listSlices(summary(name).folder),
    slice: (name, file) => readSlice(summary(name).folder, file),
    previewConfig: ({ preset, method, changes, stage1From }) =>
      previewConfig({
        preset,
        method,
        changes,
        compute: readSettings(workspace).compute,
        inherited: stage1From === null ? {} : inheritedConfig(readRun(workspace, stage1From)),
      }),
    preview(draft) {
      const job = plan(draft)
      const datasets = (names: readonly string[]) => names.map((name) => readDataset(workspace, name))
      return {
        // Stage 2 works on the grid that its stage 1 was trained on.
        plan: job.stage1From
          ? readJsonFile(join(job.stage1From, 'plan.json'), PlanSchema)
          : derivePlan(job.datasets, job.config),
        organs: job.organs,
        warnings: findSharedNames(datasets(draft.datasets), datasets(listDatasetNames(workspace))),
      }
    },
    startPreflight(draft) {
      const job = plan(draft)
      const title = `Measuring three training steps on ${draft.datasets.join(', ')}`
      return tasks.start({ kind: 'preflight', title, subject: draft.datasets.join(',') }, (watch) =>
        runPreflight(workspace, job, watch),
      )
    },
  }
}

const toRequest = ({ stage1From, stages, ...draft }: RunDraft & { name: string }) => ({
  ...draft,
  ...(stages === null ? {} : { stages }),
  ...(stage1From === null ? {} : { stage1From }),
})
