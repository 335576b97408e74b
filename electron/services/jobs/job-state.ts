// What state a job is in: its last state event, checked against whether somebody still works on it, which its place says.
import type { JobEvent } from '../../../contract/events.ts'
import type { JobProcess, JobState } from '../../../contract/job.ts'
import type { JobPlace } from '../../../contract/place.ts'
import { isBeating } from '../../../trainer/job-folder/heartbeat.ts'
import { processLiveness, readJobProcess } from '../../../trainer/job-folder/process-liveness.ts'
import { readJobPlace } from '../../../trainer/job-folder/read-job-place.ts'
import { lastEvent } from '../../../trainer/job-folder/read-journal.ts'
import { readRequest } from './request-control.ts'

type StateEvent = Pick<Extract<JobEvent, { type: 'state' }>, 'state' | 'time' | 'seq'>

/**
 * queued: nothing worked on it yet, or it waits for its turn on a cluster. interrupted: its process died without saying
 * how it ended. A state event from before the present start is the previous process's, and says nothing about this one.
 */
export function jobState(folder: string): JobState {
  return stateAfter(folder, lastEvent(folder, 'state'))
}

/** @param last the last state event of the journal, for callers that know it without reading the journal */
export function stateAfter(folder: string, last: StateEvent | null): JobState {
  const state = judge(folder, last)
  if (state !== 'interrupted') return state
  // Between the reading of that event and the look at the process it may have said how it ended, and ended.
  const newest = lastEvent(folder, 'state')
  return newest === null || newest.seq === last?.seq ? state : judge(folder, newest)
}

function judge(folder: string, last: StateEvent | null): JobState {
  const place = readJobPlace(folder)
  const process = readJobProcess(folder)
  const said = last && isOfPresent(last, process, place) ? last.state : null
  const hasEnded = said !== null && said !== 'running' && said !== 'queued'
  // What ended at a place counts as ended once all of it is here.
  if (hasEnded && !place?.away) return said
  if (place) return placeState(folder, place, said === 'queued')
  if (!process) return said === null ? 'queued' : 'interrupted'
  return isAlive(folder) ? 'running' : 'interrupted'
}

/** Whether somebody works on the job now, or will when its turn comes. */
export function isAlive(folder: string): boolean {
  const process = readJobProcess(folder)
  const place = readJobPlace(folder)
  if (place) return place.away !== '' || place.word.state !== 'ended'
  if (!process) return false
  const liveness = processLiveness(process)
  return liveness === 'elsewhere' ? isBeating(folder) : liveness === 'alive'
}

function isOfPresent(last: StateEvent, process: JobProcess | null, place: JobPlace | null): boolean {
  if (place && last.seq <= place.afterSeq) return false
  if (process?.afterSeq !== undefined) return last.seq > process.afterSeq
  return process === null || Date.parse(last.time) >= Date.parse(process.startedAt)
}

/** The place is asked, and not the process: it knows what waits and what a dead machine worked on. */
function placeState(folder: string, { word, away }: JobPlace, gaveItsPlaceBack: boolean): JobState {
  if (word.state === 'waiting') return 'queued'
  if (word.state === 'running') return gaveItsPlaceBack ? 'queued' : 'running'
  if (away !== '') return 'running'
  // What waited in a queue when it was asked to pause or stop has no process that could say so.
  const wish = readRequest(folder)
  if (wish === 'pause') return 'paused'
  return wish === 'stop' ? 'stopped' : 'interrupted'
}
