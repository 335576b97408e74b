// How runs are described on every screen: states, ages, and the names of numbers.
import type { RunSummary } from '../../contract/commands.ts'
import type { Phase } from '../../contract/events.ts'
import { formatDuration } from './duration.ts'

export type Tone = 'calm' | 'busy' | 'good' | 'warn' | 'bad'

export const runStates: Readonly<Record<RunSummary['state'], { label: string; tone: Tone }>> = {
  queued: { label: 'Queued', tone: 'calm' },
  running: { label: 'Running', tone: 'busy' },
  paused: { label: 'Paused', tone: 'warn' },
  'awaiting-review': { label: 'Waits for review', tone: 'warn' },
  stopped: { label: 'Stopped', tone: 'calm' },
  failed: { label: 'Failed', tone: 'bad' },
  finished: { label: 'Finished', tone: 'good' },
  interrupted: { label: 'Interrupted', tone: 'bad' },
}

export const phaseNames: Readonly<Record<Phase, string>> = {
  start: 'Starting',
  plan: 'Planning',
  preprocess: 'Preparing cases',
  shared: 'Shared network',
  stage1: 'Stage 1',
  calibrate: 'Calibrating',
  'pseudo-labels': 'Making pseudo labels',
  review: 'Review',
  stage2: 'Stage 2',
  'post-processing': 'Choosing post-processing',
  predict: 'Predicting',
  evaluate: 'Evaluating',
  probe: 'Probing',
  done: 'Done',
}

export const stageNames: Readonly<Record<RunSummary['stages'], string>> = {
  '0': 'shared network only',
  '1': 'stage 1 only',
  '2': 'stage 2 only',
  '0,1': 'shared network and stage 1',
  '1,0': 'stage 1, then the shared network',
  '1,2': 'both stages',
  '0,1,2': 'both stages from a shared network',
}

/** In a list to choose from: its state where that is not the usual one. @example 'second (paused)' */
export const runChoice = ({ name, state }: Pick<RunSummary, 'name' | 'state'>): string =>
  state === 'finished' ? name : `${name} (${runStates[state].label.toLowerCase()})`

/** @param stage 0: the one network that is trained on all datasets before the stages */
export const stageName = (stage: number): string => (stage === 0 ? 'Shared network' : `Stage ${stage}`)

/** @example '3 min 5 s ago' */
export const formatAge = (time: string, now: number): string =>
  `${formatDuration(Math.max(0, (now - Date.parse(time)) / 1000))} ago`

/** @example 'feature similarity' for 'loss.featureSimilarity' */
export const termName = (metric: string): string =>
  metric === 'loss'
    ? 'all terms'
    : metric.replace('loss.', '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const metricNames: Readonly<Record<string, string>> = {
  'validation.dice': 'Validation Dice',
  loss: 'Loss, all terms',
  secondsPerStep: 'Step time in s',
  dataWaitShare: 'Share of time waiting for data',
  peakMemoryMb: 'Peak memory in MB',
}

/** @example 'Loss, feature similarity' for 'loss.featureSimilarity' */
export function metricName(metric: string): string {
  const name = metricNames[metric]
  if (name !== undefined) return name
  if (metric.startsWith('loss.')) return `Loss, ${termName(metric)}`
  const words = termName(metric).replaceAll('.', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Running, or in the queue of a cluster. */
export const isWorkedOn = ({ state, place }: RunSummary): boolean =>
  state === 'running' || (state === 'queued' && place !== null && place.state !== 'ended')

export const canResume = (run: RunSummary): boolean =>
  !isWorkedOn(run) && ['queued', 'paused', 'stopped', 'failed', 'interrupted'].includes(run.state)
