// A study's result as it is kept in docs/results/studies/NAME.result.json: what `study.json` of its folder says, without
// the folder, with a title and what a reader must know.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { StudyResultSchema } from '../../contract/study.ts'

const FOLDER = join(import.meta.dirname, '../../docs/results/studies')
const ENDING = '.result.json'

export const PublishedStudySchema = z.object({
  title: z.string().min(1),
  note: z.string().describe('How it was made, and what limits it'),
  recordedAt: z.iso.date(),
  result: StudyResultSchema.omit({ folder: true }),
})
export type PublishedStudy = z.infer<typeof PublishedStudySchema>

/** Six digits: more say nothing, and make every new run another file. */
const DIGITS = 6

export function publish(stored: unknown, about: Omit<PublishedStudy, 'result'>): PublishedStudy {
  const { folder: _, ...result } = StudyResultSchema.parse(stored)
  return PublishedStudySchema.parse(roundNumbers({ ...about, result }))
}

function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(DIGITS))
  if (Array.isArray(value)) return value.map(roundNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, roundNumbers(inner)]))
}

/** By file name. */
export function readPublishedStudies(folder = FOLDER): Map<string, PublishedStudy> {
  const names = readdirSync(folder).filter((name) => name.endsWith(ENDING))
  return new Map(
    names.sort().map((name) => {
      const content: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      return [name.slice(0, -ENDING.length), PublishedStudySchema.parse(content)]
    }),
  )
}
