// What of each organ's connected parts predictions keep: chosen on validation cases after the last stage, stored with the
// run, applied to every prediction of that stage.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { OrganIdSchema } from '../../contract/organ.ts'
import { StageNumberSchema } from '../../contract/run-config.ts'
import { readJsonFile } from '../jobs/read-json-file.ts'

export const PostProcessingSchema = z.object({
  stage: StageNumberSchema.describe('Whose predictions it was chosen for'),
  organs: z.array(
    z.object({
      organ: OrganIdSchema,
      unionClass: z.int().min(1),
      keep: z
        .number()
        .min(0)
        .max(1)
        .describe('Least size of a part, as a share of the largest: 1 the largest alone, 0 all'),
      cases: z.int().describe('Validation cases that judged'),
      diceBefore: z.number(),
      diceAfter: z.number(),
    }),
  ),
})
export type PostProcessing = z.infer<typeof PostProcessingSchema>

export const postProcessingPath = (runFolder: string): string => join(runFolder, 'post-processing.json')

export async function readPostProcessing(runFolder: string): Promise<PostProcessing | null> {
  const path = postProcessingPath(runFolder)
  if (!existsSync(path)) return null
  return readJsonFile(path, PostProcessingSchema, 'Delete it and resume the run: it is chosen again.')
}

/** Class -> share of the largest part from which parts stay; empty where nothing is removed. */
export function partsToKeep(chosen: PostProcessing | null): Map<number, number> {
  return new Map(
    (chosen?.organs ?? []).filter(({ keep }) => keep > 0).map(({ unionClass, keep }) => [unionClass, keep]),
  )
}

/** What may be kept, strictest first: the largest part, or also parts of at least a tenth of it. */
export const CANDIDATES = [1, 0.1] as const

/** @param dice mean Dice of an organ without post-processing, and with each candidate. @returns the share to keep */
export function chooseKeep(before: number, after: readonly number[]): { keep: number; dice: number } {
  const best = Math.max(...after)
  if (best < before) return { keep: 0, dice: before }
  return { keep: CANDIDATES[after.indexOf(best)]!, dice: best }
}
