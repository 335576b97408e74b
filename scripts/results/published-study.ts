// A study's result as it is kept in docs/results/studies/NAME.result.json, with a title and what a reader must know.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { StudyResultSchema } from '../../contract/study.ts'
import { roundNumbers } from './round-numbers.ts'

export const PUBLISHED_STUDIES = join(import.meta.dirname, '../../docs/results/studies')
const ENDING = '.result.json'

export const PublishedStudySchema = z.object({
  title: z.string().min(1),
  note: z.string().describe('How it was made, and what limits it'),
  recordedAt: z.iso.date(),
  result: StudyResultSchema.omit({ folder: true }),
})
export type PublishedStudy = z.infer<typeof PublishedStudySchema>

export const publish = (result: PublishedStudy['result'], about: Omit<PublishedStudy, 'result'>): PublishedStudy =>
  PublishedStudySchema.parse(roundNumbers({ ...about, result }))

/** By file name. */
export function readPublishedStudies(folder = PUBLISHED_STUDIES): Map<string, PublishedStudy> {
  const names = readdirSync(folder).filter((name) => name.endsWith(ENDING))
  return new Map(
    names.sort().map((name) => {
      const content: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      return [name.slice(0, -ENDING.length), PublishedStudySchema.parse(content)]
    }),
  )
}
