// What differs between runs, and which of their curves lie over each other.
import type { RunDetail } from '../../../contract/commands.ts'
import type { Series } from '../../../contract/series.ts'
import type { LineSeries } from '../../charts/line-option.ts'

export interface Difference {
  readonly what: string
  /** One a run, in words. */
  readonly values: readonly string[]
}

export interface CurveChoice {
  readonly metric: string
  readonly stage: number
  /** null: the mean over all of them */
  readonly organ: string | null
}

const show = (value: unknown): string => {
  if (value === undefined) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Dotted settings of a configuration with their values. */
function flatten(tree: object, prefix = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flatten(value, `${prefix}${name}.`)
      : [[prefix + name, value] as [string, unknown]],
  )
}

/** What runs were asked to do, where it is not the same for all; in the order of the configuration. */
export function findDifferences(runs: readonly RunDetail[]): Difference[] {
  const facts = runs.map(
    ({ summary, method, stage1From, config }) =>
      new Map<string, unknown>([
        ['datasets', summary.datasets.join(', ')],
        ['method', method],
        ['stages', summary.stages],
        ['preset', summary.preset],
        ['stage 1 from', stage1From?.split(/[\\/]/).at(-1) ?? 'its own'],
        ...flatten(config),
      ]),
  )
  const keys = new Set(facts.flatMap((fact) => [...fact.keys()]))
  return [...keys]
    .map((what) => ({ what, values: facts.map((fact) => show(fact.get(what))) }))
    .filter(({ values }) => new Set(values).size > 1)
}

const METRICS = ['validation.dice', 'loss', 'loss.supervised'] as const

/** Metrics that at least one run has, those that matter most first. */
export function listMetrics(runs: readonly (readonly Series[])[]): string[] {
  const names = new Set(runs.flat().map(({ name }) => name))
  const first = METRICS.filter((name) => names.has(name))
  return [...first, ...[...names].filter((name) => !first.some((known) => known === name)).sort()]
}

export const listStages = (runs: readonly (readonly Series[])[], metric: string): number[] =>
  [...new Set(runs.flat().flatMap(({ name, stage }) => (name === metric && stage !== null ? [stage] : [])))].sort()

/** Where most of the runs can be compared; of equals the later one. @returns null when no run has the metric */
export function commonStage(runs: readonly (readonly Series[])[], metric: string): number | null {
  const has = (run: readonly Series[], stage: number): boolean =>
    run.some((each) => each.name === metric && each.stage === stage)
  const counts = listStages(runs, metric).map((stage) => ({
    stage,
    count: runs.filter((run) => has(run, stage)).length,
  }))
  return counts.toSorted((a, b) => b.count - a.count || b.stage - a.stage)[0]?.stage ?? null
}

export const listOrgans = (runs: readonly (readonly Series[])[], metric: string): string[] =>
  [...new Set(runs.flat().flatMap(({ name, organ }) => (name === metric && organ !== null ? [organ] : [])))].sort()

/** The mean over models, datasets and organs at each step where at least one of them has a value. */
export function meanCurve(series: readonly Series[], { metric, stage, organ }: CurveChoice): [number, number][] {
  const sums = new Map<number, { sum: number; count: number }>()
  for (const each of series) {
    if (each.name !== metric || each.stage !== stage || (organ !== null && each.organ !== organ)) continue
    for (const [step, value] of each.points) {
      const known = sums.get(step) ?? { sum: 0, count: 0 }
      sums.set(step, { sum: known.sum + value, count: known.count + 1 })
    }
  }
  return [...sums].sort(([a], [b]) => a - b).map(([step, { sum, count }]) => [step, sum / count])
}

export const overlay = (
  names: readonly string[],
  runs: readonly (readonly Series[])[],
  choice: CurveChoice,
): LineSeries[] => names.map((name, index) => ({ name, points: meanCurve(runs[index] ?? [], choice) }))
