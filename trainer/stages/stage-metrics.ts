// Running numbers of a stage: smoothed for the progress line, written as metrics every few steps.
import type { Metric } from '../../contract/events.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import type { Journal } from '../jobs/journal.ts'
import type { Study } from '../labels/study.ts'
import type { AccuracyTable, Objective } from './objective.ts'

const SMOOTHING = 0.9
const WRITE_EVERY_STEPS = 10

export interface StageMetrics {
  add(
    model: number,
    values: Readonly<Record<string, number>>,
    dice: readonly { unionClass: number; dice: number }[],
  ): void
  /** e.g. "step 40/150, loss 0.83, Dice 0.61" */
  line(step: number, steps: number): string
  maybeWrite(step: number, waitedMs: number, takeCounters: Objective['takeCounters']): void
  writeValidation(step: number, table: AccuracyTable): void
}

export function createStageMetrics(stage: StageNumber, study: Study, journal: Journal): StageMetrics {
  /** Smoothed values by "model|name|organ". */
  const smooth = new Map<string, number>()
  const startedAt = performance.now()

  const organName = (unionClass: number): string => study.union.organs[unionClass - 1]!
  const metric = (name: string, value: number, step: number, model: number | null, organ: string | null): Metric => ({
    name,
    value,
    step,
    stage,
    organ,
    model: model === null ? null : model + 1,
    dataset: model === null || stage === 0 ? null : study.datasets[model]!.name,
  })
  const blend = (key: string, value: number) => {
    const old = smooth.get(key)
    smooth.set(key, old === undefined ? value : SMOOTHING * old + (1 - SMOOTHING) * value)
  }
  const meanOf = (matches: (name: string) => boolean): number | null => {
    const values = [...smooth].filter(([key]) => matches(key.split('|')[1]!)).map(([, value]) => value)
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
  }
  const shown = (value: number | null) => (value === null ? '-' : value.toFixed(3))

  return {
    add(model, values, dice) {
      for (const [name, value] of Object.entries(values)) blend(`${model}|${name}|`, value)
      for (const { unionClass, dice: value } of dice) blend(`${model}|dice|${organName(unionClass)}`, value)
    },
    line(step, steps) {
      const loss = meanOf((name) => name === 'loss.supervised')
      return `${stage === 0 ? 'shared network' : `stage ${stage}`}, step ${step}/${steps}, loss ${shown(loss)}, Dice ${shown(meanOf((name) => name === 'dice'))}`
    },
    maybeWrite(step, waitedMs, takeCounters) {
      if (step % WRITE_EVERY_STEPS !== 0) return
      const own = [...smooth].map(([key, value]) => {
        const [model, name, organ] = key.split('|') as [string, string, string]
        return metric(name, value, step, Number(model), organ === '' ? null : organ)
      })
      const counters = takeCounters().map(({ name, value, model, unionClass }) =>
        metric(name, value, step, model, unionClass === null ? null : organName(unionClass)),
      )
      const waitShare = waitedMs / Math.max(1, performance.now() - startedAt)
      journal.metrics([...own, ...counters, metric('dataWaitShare', waitShare, step, null, null), memoryMetric(step)])
    },
    writeValidation(step, table) {
      journal.metrics(
        [...table].map(([key, value]) => {
          const [model, unionClass] = key.split('.').map(Number) as [number, number]
          return metric('validation.dice', value, step, model, organName(unionClass))
        }),
      )
    },
  }

  function memoryMetric(step: number): Metric {
    return metric('peakMemoryMb', process.resourceUsage().maxRSS / 1024, step, null, null)
  }
}
