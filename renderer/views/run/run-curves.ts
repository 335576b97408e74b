// From the numbers of a run to what its charts draw.
import { seriesKey, type Series } from '../../../contract/series.ts'
import type { Dash, LineSeries } from '../../charts/line-option.ts'
import { termName } from '../../format/run-words.ts'

/** The terms of the loss of a stage; the sum of all comes first. */
export const lossTerms = (series: readonly Series[], stage: number): string[] => {
  const names = series.filter((each) => each.stage === stage).map(({ name }) => name)
  return [...new Set(names.filter((name) => name === 'loss' || name.startsWith('loss.')))].sort()
}

const modelName = ({ model, dataset }: Series): string => (dataset === null ? `model ${model}` : `${model}: ${dataset}`)

/** One line a model for one term, or one line a term for one model. */
export function lossLines(
  series: readonly Series[],
  stage: number,
  choice: { readonly term: string } | { readonly model: number },
): LineSeries[] {
  return series
    .filter((each) => each.stage === stage && (each.name === 'loss' || each.name.startsWith('loss.')))
    .filter((each) => ('term' in choice ? each.name === choice.term : each.model === choice.model))
    .map((each) => ({ name: 'term' in choice ? modelName(each) : termName(each.name), points: each.points }))
}

/** Organs next to each other are told apart by their lines too, not by colour alone. */
const cues: readonly Dash[] = ['solid', 'dashed', 'dotted', 'dashdot']

/** Validation Dice of a stage: one line an organ, of one model or the mean of all that are scored on it. */
export function diceLines(
  series: readonly Series[],
  stage: number,
  model: number | null,
  { nameOf, colorOf }: { nameOf: (organ: string) => string; colorOf: (organ: string) => string },
): LineSeries[] {
  const scored = series.filter(({ name, stage: at, organ }) => name === 'validation.dice' && at === stage && organ)
  const organs = [...new Set(scored.flatMap(({ organ }) => organ ?? []))].sort()
  return organs.flatMap((organ, index) => {
    const own = scored.filter((each) => each.organ === organ && (model === null || each.model === model))
    if (own.length === 0) return []
    const look = { colour: colorOf(organ), dash: cues[index % cues.length] }
    return [{ name: nameOf(organ), points: meanPoints(own), ...look }]
  })
}

function meanPoints(series: readonly Series[]): [number, number][] {
  const values = new Map<number, number[]>()
  for (const { points } of series) {
    for (const [step, value] of points) values.set(step, [...(values.get(step) ?? []), value])
  }
  return [...values]
    .sort(([a], [b]) => a - b)
    .map(([step, found]) => [step, found.reduce((sum, value) => sum + value, 0) / found.length])
}

export interface DiceTable {
  readonly rows: string[]
  readonly columns: string[]
  readonly cells: { value: number | null; title: string }[][]
}

/** The newest validation Dice of a stage, model x organ. */
export function diceTable(series: readonly Series[], stage: number, nameOf: (organ: string) => string): DiceTable {
  const scored = series.filter(({ name, stage: at, organ }) => name === 'validation.dice' && at === stage && organ)
  const models = [...new Map(scored.map((each) => [each.model, modelName(each)]))].sort(
    ([a], [b]) => (a ?? 0) - (b ?? 0),
  )
  const organs = [...new Set(scored.flatMap(({ organ }) => organ ?? []))].sort()
  const cells = models.map(([model, name]) =>
    organs.map((organ) => {
      const last = scored.find((each) => each.model === model && each.organ === organ)?.points.at(-1)
      const title = last
        ? `${name}, ${nameOf(organ)}: ${last[1].toFixed(3)} at step ${last[0]}`
        : `${name}, ${nameOf(organ)}: not scored`
      return { value: last?.[1] ?? null, title }
    }),
  )
  return { rows: models.map(([, name]) => name), columns: organs.map(nameOf), cells }
}

export const lastValue = (series: readonly Series[], name: string, stage: number): number | null =>
  series
    .find((each) => seriesKey(each) === seriesKey({ name, stage, model: null, dataset: null, organ: null }))
    ?.points.at(-1)?.[1] ?? null

/** In the order in which they are trained: ms-kd begins with stage 1. */
export const stagesOf = (series: readonly Series[]): number[] => [
  ...new Set(series.flatMap(({ stage }) => stage ?? [])),
]

export const modelsOf = (series: readonly Series[]): { model: number; name: string }[] =>
  [...new Map(series.flatMap((each) => (each.model === null ? [] : [[each.model, modelName(each)] as const])))]
    .sort(([a], [b]) => a - b)
    .map(([model, name]) => ({ model, name }))
