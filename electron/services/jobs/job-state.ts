// What state a job is in: its last state event, checked against whether its process still lives.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { JobEvent } from '../../../contract/events.ts'
import type { JobState } from '../../../contract/job.ts'
import { processLiveness, readJobProcess } from './process-liveness.ts'
import { JOURNAL, lastEvent } from './read-journal.ts'

type StateEvent = Extract<JobEvent, { type: 'state' }>

/** A process on another host counts as alive while its journal was written to within this time. */
const silenceMs = 10 * 60_000

/**
 * queued: nothing worked on it yet. interrupted: its process died without saying how it ended.
 * A state event from before the present process started is the previous process's, and says nothing about this one.
 */
export function jobState(folder: string): JobState {
  return stateAfter(folder, lastEvent(folder, 'state'))
}

/** @param last the last state event of the journal, for callers that know it without reading the journal */
export function stateAfter(folder: string, last: Pick<StateEvent, 'state' | 'time'> | null): JobState {
  const process = readJobProcess(folder)
  if (!process) return last?.state === 'running' ? 'interrupted' : (last?.state ?? 'queued')
  const current = last && Date.parse(last.time) >= Date.parse(process.startedAt) ? last.state : 'running'
  if (current !== 'running') return current
  return isAlive(folder) ? 'running' : 'interrupted'
}

/** Whether a process works on the job now. */
export function isAlive(folder: string): boolean {
  const process = readJobProcess(folder)
  if (!process) return false
  const liveness = processLiveness(process)
  return liveness === 'elsewhere' ? Date.now() - lastWriteMs(folder) < silenceMs : liveness === 'alive'
}

function lastWriteMs(folder: string): number {
  return statSync(join(folder, JOURNAL), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
