// How studies and their jobs are described on every screen.
import type { StudyJobState, StudyState } from '../../contract/study-state.ts'
import { runStates, type Tone } from './run-words.ts'

export const studyStates: Readonly<Record<StudyState, { label: string; tone: Tone }>> = {
  running: { label: 'Running', tone: 'busy' },
  paused: { label: 'Paused', tone: 'warn' },
  cancelled: { label: 'Cancelled', tone: 'calm' },
  failed: { label: 'Failed', tone: 'bad' },
  interrupted: { label: 'Interrupted', tone: 'bad' },
  finished: { label: 'Finished', tone: 'good' },
}

export const jobStates: Readonly<Record<StudyJobState, { label: string; tone: Tone }>> = {
  ...runStates,
  waiting: { label: 'Waiting', tone: 'calm' },
  trained: { label: 'Trained', tone: 'busy' },
  scored: { label: 'Scored', tone: 'good' },
}

export const canResumeStudy = (state: StudyState): boolean => state !== 'running' && state !== 'finished'
