// Progress of a job as one line: updated in place on a terminal, a plain line now and then elsewhere.
import { describeDevices } from '../../../contract/device.ts'
import type { JobEvent, Phase } from '../../../contract/events.ts'
import { duration } from './text.ts'

const phaseNames: Record<Phase, string> = {
  start: 'starting',
  plan: 'planning',
  preprocess: 'preprocessing',
  shared: 'shared network',
  stage1: 'stage 1',
  calibrate: 'calibrating',
  'pseudo-labels': 'pseudo labels',
  review: 'waiting for the review',
  stage2: 'stage 2',
  'post-processing': 'post-processing',
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
      if (event.type === 'progress') {
        update(event.phase, event.done >= event.total, describeProgress(event))
      }
      if (event.type === 'log' && event.level === 'warning') note(`warning: ${event.message}`)
      if (event.type === 'device') note(`computing on ${describeDevices(event.devices)}`)
      if (event.type === 'out-of-memory') note(`warning: ${event.message}`)
      if (event.type === 'finding' && event.severity === 'warning') {
        note(`warning: ${[event.dataset, event.caseId, event.message].filter((part) => part !== null).join(': ')}`)
      }
    },
    count: (done, total, message) => update('', done >= total, `${done}/${total}  ${message}`),
    note,
    close: clear,
  }
}

/** @example 'stage 1, step 120/450, loss 0.412, Dice 0.713  3 min 20 s left' */
export function describeProgress({
  phase,
  done,
  total,
  secondsLeft,
  message,
}: Pick<Extract<JobEvent, { type: 'progress' }>, 'phase' | 'done' | 'total' | 'secondsLeft' | 'message'>): string {
  const count = `${done}/${total}`
  // The trainer's messages say most already; what they leave out is put before them.
  const what =
    message === '' ? `${phaseNames[phase]} ${count}` : message.includes(count) ? message : `${count}  ${message}`
  return secondsLeft === null ? what : `${what}  ${duration(secondsLeft)} left`
}
