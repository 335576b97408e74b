// Curves of a run: the values of one metric over the steps, as the services answer them and charts draw them.
import { z } from 'zod'
import { MetricSchema } from './events.ts'

export const PointSchema = z.tuple([z.int().nonnegative().describe('Step'), z.number()])
export type Point = z.infer<typeof PointSchema>

export const SeriesSchema = MetricSchema.omit({ value: true, step: true }).extend({ points: z.array(PointSchema) })
export type Series = z.infer<typeof SeriesSchema>

export const seriesKey = ({ name, stage, model, dataset, organ }: Omit<Series, 'points'>): string =>
  [name, stage, model, dataset, organ].join('|')

/** Adds a value. A step that was there already was trained again after an interruption: the earlier words go. */
export function addPoint(points: Point[], [step, value]: Point): void {
  while ((points.at(-1)?.[0] ?? -1) >= step) points.pop()
  points.push([step, value])
}

/** At most so many points: the mean of neighbours, at the last of their steps. */
export function thin(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points]
  return Array.from({ length: most }, (_, bucket) => {
    const from = Math.floor((bucket * points.length) / most)
    const part = points.slice(from, Math.floor(((bucket + 1) * points.length) / most))
    const mean = part.reduce((sum, [, value]) => sum + value, 0) / part.length
    return [part.at(-1)?.[0] ?? 0, mean]
  })
}
