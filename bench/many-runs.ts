// A workspace with many runs of many numbers, as years of work leave it, to measure how it is listed and opened.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metric } from '../contract/events.ts'
import type { TrainJob } from '../contract/job.ts'

const ORGANS = ['liver', 'spleen', 'kidney_left', 'kidney_right', 'pancreas', 'aorta']
const MODELS = 3
const startMs = Date.UTC(2026, 0, 1)

/** @param metrics numbers of each run, about */
export function writeRuns(runs: string, job: TrainJob, count: number, metrics: number): void {
  const journal = writeJournal(metrics)
  for (let index = 0; index < count; index++) {
    const name = `run-${String(index).padStart(3, '0')}`
    const folder = join(runs, name)
    mkdirSync(folder, { recursive: true })
    const createdAt = new Date(startMs + index * 60_000).toISOString()
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...job, name, createdAt }))
    writeFileSync(join(folder, 'events.jsonl'), journal)
  }
}

export const temporaryHome = (): string => mkdtempSync(join(tmpdir(), 'organ-mosaic-bench-'))

/** Every ten steps the loss of each model and the Dice of each model and organ, as trainings write them. */
function writeJournal(metrics: number): string {
  const perEvent = MODELS * (1 + ORGANS.length)
  const lines: object[] = [{ type: 'state', state: 'running', message: '' }]
  for (let event = 1; event * perEvent <= metrics; event++) {
    const step = event * 10
    const message = `stage 1, step ${step}`
    lines.push({ type: 'progress', phase: 'stage1', done: step, total: metrics, secondsLeft: 60, message })
    lines.push({ type: 'metrics', metrics: numbersAt(step) })
  }
  lines.push({ type: 'state', state: 'finished', message: '' })
  return lines
    .map(
      (line, at) => `${JSON.stringify({ seq: at + 1, time: new Date(startMs + at * 1000).toISOString(), ...line })}\n`,
    )
    .join('')
}

function numbersAt(step: number): Metric[] {
  return Array.from({ length: MODELS }, (_, index) => {
    const of = { step, stage: 1, model: index + 1, dataset: `site-${index}` }
    const dice = ORGANS.map((organ, at) => ({
      ...of,
      name: 'validation.dice',
      organ,
      value: 1 - 1 / (1 + step / 1000 + at),
    }))
    return [{ ...of, name: 'loss.supervised', organ: null, value: 1 / (1 + step / 1000) }, ...dice]
  }).flat()
}
