// The plan of a study: derived from the datasets' fingerprints, shown to people, used for every case alike.
import { z } from 'zod'
import { withLists } from './channel.ts'
import { ShapeSchema, SpacingSchema } from './geometry.ts'

export const NormalisationSchema = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('ct'),
      low: z.number(),
      high: z.number(),
      centre: z.number(),
      knee: z.number().positive(),
    })
    .describe(
      'Clip to [low, high] HU (0.5 and 99.5 percentile of the labelled voxels), then asinh((HU - centre) / knee)',
    ),
  z
    .object({ kind: z.literal('per-volume') })
    .describe("Clip to the volume's own 0.5 and 99.5 percentile, subtract its mean, divide by its sd"),
])
export type Normalisation = z.infer<typeof NormalisationSchema>

/** Cases are brought to LPS axis order (depth to superior, height to posterior, width to left) before resampling. */
const PlanFieldsSchema = z.object({
  spacingMm: SpacingSchema,
  patch: ShapeSchema,
  channels: z
    .array(z.int().positive())
    .min(2)
    .describe('Feature channels of each resolution, highest resolution first'),
  strides: z
    .array(z.tuple([z.int(), z.int(), z.int()]))
    .describe('Downsampling before each resolution; the first is [1, 1, 1]'),
  kernels: z
    .array(z.tuple([z.int(), z.int(), z.int()]))
    .optional()
    .describe('Convolution kernels of each resolution; absent in plans of earlier versions: 3 x 3 x 3 everywhere'),
  thickAxis: z
    .union([z.literal(0), z.literal(1), z.literal(2)])
    .optional()
    .describe('The axis of thick slices, which are taken whole instead of interpolated; absent: there is none'),
  normalisations: z.array(NormalisationSchema).min(1).describe('One an image channel, in their order'),
  cropToBody: z.boolean(),
  medianShape: ShapeSchema.describe('Of the cases at spacingMm'),
  reasons: z.array(z.string()).describe('One sentence a decision'),
})
/** Earlier versions knew one image channel. */
export const PlanSchema = z.preprocess(withLists({ normalisation: 'normalisations' }), PlanFieldsSchema)
export type Plan = z.infer<typeof PlanSchema>
