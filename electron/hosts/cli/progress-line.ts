// Progress of a job as one line: updated in place on a terminal, a plain line now and then elsewhere.
import type { JobEvent, Metric, Phase } from '../../../contract/events.ts'
import { duration } from './text.ts'

const phaseNames: Record<Phase, string> = {
  start: 'starting',
  plan: 'planning',
  preprocess: 'preprocessing',
  stage1: 'stage 1',
  calibrate: 'calibrating',
  'pseudo-labels': 'pseudo labels',
  review: 'waiting for the review',
  stage2: 'stage 2',
  predict: 'predicting',
  evaluate: 'evaluating',
  probe: 'probing TensorFlow',
  done: 'done',
}

/** Without a terminal: one line a phase, and one in so many milliseconds within a phase. */
const quietMs = 15_000

export type ProgressLine = {
  show: (event: JobEvent) => void
  /** Work that is no job. */
  count: (done: number, total: number, message: string) => void
  /** Leaves the line and prints a full one. */
  note: (text: string) => void
  close: () => void
}

export function createProgressLine(stream: NodeJS.WriteStream, label = ''): ProgressLine {
  const latest = new Map<string, Metric>()
  let shownGroup: string | null = null
  let shownAt = 0
  let isOpen = false
  const clear = (): void => {
    if (isOpen) stream.write('\r\u001b[K')
    isOpen = false
  }
  const update = (group: string, isComplete: boolean, content: string): void => {
    const text = label + content
    if (stream.isTTY) {
      stream.write(`\r\u001b[K${text.slice(0, Math.max(20, (stream.columns || 80) - 1))}`)
      isOpen = true
    } else if (group !== shownGroup || isComplete || Date.now() - shownAt >= quietMs) {
      stream.write(`${text}\n`)
      shownAt = Date.now()
      shownGroup = group
    }
  }
  const note = (text: string): void => {
    clear()
    stream.write(`${text}\n`)
  }
  return {
    show(event) {
      if (event.type === 'metrics') for (const metric of event.metrics) latest.set(keyOf(metric), metric)
      if (event.type === 'progress') {
        update(event.phase, event.done >= event.total, describeProgress(event, [...latest.values()]))
      }
      if (event.type === 'log' && event.level === 'warning') note(`warning: ${event.message}`)
      if (event.type === 'finding' && event.severity === 'warning') {
        note(`warning: ${[event.dataset, event.caseId, event.message].filter((part) => part !== null).join(': ')}`)
      }
    },
    count: (done, total, message) => update('', done >= total, `${done}/${total}  ${message}`),
    note,
    close: clear,
  }
}

/** @example 'stage 1  step 120/450  loss 0.412  Dice 71.3  3 min 20 s left' */
export function describeProgress(
  { phase, done, total, secondsLeft, message }: Extract<JobEvent, { type: 'progress' }>,
  metrics: readonly Metric[],
): string {
  const stage = phase === 'stage1' ? 1 : phase === 'stage2' ? 2 : null
  const parts = [phaseNames[phase]]
  if (total > 0) parts.push(`${stage === null ? '' : 'step '}${done}/${total}`)
  if (stage !== null) {
    const loss = meanOf(metrics, 'loss', stage)
    const dice = meanOf(metrics, 'validation.dice', stage)
    if (loss !== null) parts.push(`loss ${loss.toFixed(3)}`)
    if (dice !== null) parts.push(`Dice ${(dice * 100).toFixed(1)}`)
  } else if (message !== '') parts.push(message)
  if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`)
  return parts.join('  ')
}

function meanOf(metrics: readonly Metric[], name: string, stage: number): number | null {
  const values = metrics.filter((metric) => metric.name === name && metric.stage === stage).map(({ value }) => value)
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

function keyOf({ name, stage, model, dataset, organ }: Metric): string {
  return [name, stage, model, dataset, organ].join('|')
}
