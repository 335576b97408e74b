// What a window does with studies: composes, starts, steers and watches them, and reads their results. Wires; the work is
// elsewhere.
import type { StudyPlan, StudyResults } from '../../../contract/api/studies.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { ResultMetric } from '../../../contract/results.ts'
import type { StudyDetail, StudySummary } from '../../../contract/study-state.ts'
import type { StudyConfig } from '../../../contract/study.ts'
import type { Task } from '../../../contract/task.ts'
import type { Services } from '../services.ts'
import { requireWritable } from '../workspace/refuse-writing.ts'
import { describeStudy, readKnown } from './describe-study.ts'
import { startStudyMeasure } from './measure-study.ts'
import { planNewStudy } from './plan-new-study.ts'
import { createStudyResults } from './study-results.ts'
import {
  listStudyNames,
  noteStudy,
  readStoredConfig,
  readStudyState,
  requestStudy,
  requireStudy,
  type StudyFile,
} from './study-store.ts'
import { askRuns } from './ask-runs.ts'
import { startStudyTask } from './study-task.ts'
import { removeStudy, restoreStudy } from './study-trash.ts'
import { STUDY_METRICS } from './summarise-study.ts'
import { studyFiles } from './write-study.ts'

export interface StudyDesk {
  /** Newest first. */
  readonly list: () => StudySummary[]
  /** @throws OrganMosaicError `not-found` */
  readonly get: (name: string) => StudyDetail
  readonly plan: (config: StudyConfig) => StudyPlan
  /** @throws OrganMosaicError as planRun */
  readonly startMeasure: (config: StudyConfig) => Task
  /** @throws OrganMosaicError `conflict` when the name is taken, `invalid-config` with what is wrong */
  readonly start: (config: StudyConfig) => Promise<StudyDetail>
  /** @throws OrganMosaicError `conflict` while it is worked on */
  readonly resume: (name: string) => Promise<StudyDetail>
  /** What is done is kept. @throws OrganMosaicError `conflict` when there is nothing to ask */
  readonly control: (name: string, request: 'pause' | 'cancel') => Promise<StudyDetail>
  /** Its runs stay. @returns what restore takes it back with @throws OrganMosaicError `conflict` while it is worked on */
  readonly remove: (name: string) => string
  readonly restore: (removed: string) => StudyDetail
  readonly results: (name: string, metric: ResultMetric) => StudyResults
  /** Computed anew, as the results are. */
  readonly file: (name: string, file: StudyFile) => string
}

export function createStudyDesk(services: Services): StudyDesk {
  const { workspace, tasks } = services
  const results = createStudyResults(services)
  const get = (name: string): StudyDetail => describeStudy(services, name)
  const taskOf = (name: string): Task | undefined =>
    tasks.list().find(({ kind, subject, state }) => kind === 'study' && subject === name && state === 'running')

  async function work(config: StudyConfig): Promise<StudyDetail> {
    startStudyTask(services, config)
    // The task begins in the next turn; then the study's folder is there, or it says why not.
    await new Promise((resolve) => setImmediate(resolve))
    return get(config.name)
  }

  return {
    list() {
      const known = readKnown(services)
      return listStudyNames(workspace)
        .map((name) => describeStudy(services, name, known).summary)
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    },
    get,
    plan: (config) => planNewStudy(services, config),
    startMeasure(config) {
      requireWritable(workspace)
      return startStudyMeasure(services, config)
    },
    async start(config) {
      requireWritable(workspace)
      const { problems } = planNewStudy(services, config)
      if (problems.length > 0) throw new OrganMosaicError('invalid-config', problems.join(' '))
      return work(config)
    },
    async resume(name) {
      requireWritable(workspace)
      const config = readStoredConfig(workspace, name)
      if (readStudyState(workspace, name).state === 'running' || taskOf(name)) {
        throw new OrganMosaicError('conflict', `Study ${name} is being worked on already.`)
      }
      return work(config)
    },
    async control(name, request) {
      requireWritable(workspace)
      requireStudy(workspace, name)
      const { state } = readStudyState(workspace, name)
      if (state === 'finished' || (state !== 'running' && request === 'pause')) {
        throw new OrganMosaicError(
          'conflict',
          `Study ${name} is ${state}, not running; there is nothing to ${request}.`,
        )
      }
      requestStudy(workspace, name, request)
      const task = taskOf(name)
      if (task) tasks.cancel(task.id)
      // Of a study that a command works on, or that was interrupted, its present run is asked itself.
      else
        await askRuns(
          services,
          get(name).jobs.map(({ run }) => run),
          request === 'pause' ? 'pause' : 'stop',
        )
      if (state !== 'running') noteStudy(workspace, name, 'cancelled')
      return get(name)
    },
    remove: (name) => removeStudy(workspace, name),
    restore: (removed) => get(restoreStudy(workspace, removed)),
    results(name, metric) {
      const { result, summary } = results.of(name)
      const lines = summary.lines.map(({ key, row, kind, label }) => ({ key, row, kind, label }))
      return { result, lines, comparison: summary.comparisons[STUDY_METRICS.indexOf(metric)]! }
    },
    file(name, file) {
      const { result, summary } = results.of(name)
      return studyFiles(workspace, result, summary, new Date())[file]
    },
  }
}
