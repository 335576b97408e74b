// One training of a test from its start to the end of its process, with everything that it said.
import { join } from 'node:path'
import type { JobEvent, Metric } from '../../contract/events.ts'
import type { JobState } from '../../contract/job.ts'
import type { Services } from '../../electron/services/services.ts'
import { readJournal } from '../../trainer/job-folder/read-journal.ts'
import type { RunRequest } from '../../electron/services/runs/plan-run.ts'
import { tinySettings } from './tiny-study.ts'

export type Training = {
  folder: string
  state: JobState
  /** Of the whole journal, earlier processes included. */
  events: JobEvent[]
  metrics: Metric[]
}

export const runFolderOf = (services: Services, name: string): string => join(services.workspace.runs, name)

/** Later settings win over earlier ones, and all over the tiny ones. */
export async function trainTiny(services: Services, request: RunRequest): Promise<Training> {
  services.createRun({ preset: 'quick', ...request, set: [...tinySettings, ...(request.set ?? [])] })
  return continueTiny(services, request.name)
}

/** Starts or resumes a run that exists. */
export async function continueTiny(services: Services, name: string): Promise<Training> {
  await services.startRun(name)
  const state = await services.followRun(name, () => undefined, { pollMs: 50 })
  return { state, ...readTraining(services, name) }
}

/** @throws Error when a journal line is no event, or the sequence numbers have a gap; JSON knows no NaN either */
export function readTraining(services: Services, name: string): Omit<Training, 'state'> {
  const folder = runFolderOf(services, name)
  const { events, damaged } = readJournal(folder)
  const gap = events.findIndex(({ seq }, index) => seq !== index + 1)
  if (damaged > 0) throw new Error(`${damaged} lines of ${folder}/events.jsonl are no events`)
  if (gap >= 0) throw new Error(`event ${gap + 1} of ${folder}/events.jsonl has the number ${events[gap]?.seq}`)
  const metrics = events.flatMap((event) => (event.type === 'metrics' ? event.metrics : []))
  return { folder, events, metrics }
}

/** Why a run failed, as its journal says. */
export const errorOf = (events: readonly JobEvent[]): string | undefined =>
  events.flatMap((event) => (event.type === 'error' ? [event.report.error.message] : [])).at(-1)
