// post-processing.json of a run: what predictions keep of each organ's connected parts, chosen on validation cases.
import { z } from 'zod'
import { OrganIdSchema } from './organ.ts'
import { StageNumberSchema } from './run-config.ts'

export const POST_PROCESSING_FILE = 'post-processing.json'

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

/** Class -> share of the largest part from which parts stay; empty where nothing is removed. */
export function partsToKeep(chosen: PostProcessing | null): Map<number, number> {
  return new Map(
    (chosen?.organs ?? []).filter(({ keep }) => keep > 0).map(({ unionClass, keep }) => [unionClass, keep]),
  )
}
