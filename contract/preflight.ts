// What a few real training steps tell of a run before it starts: the memory it needs and the time it takes.
import { z } from 'zod'
import { DeviceSchema } from './device.ts'
import { ShapeSchema } from './geometry.ts'

export const PreflightReportSchema = z.object({
  device: DeviceSchema.describe('The memory below is of it: of the card, or of the machine'),
  patch: ShapeSchema,
  patchVoxels: z.int().positive(),
  stages: z.array(
    z.object({
      stage: z.int().min(0).max(2),
      steps: z.int().describe('Of the run'),
      secondsPerStep: z.number().positive().describe('Median over the measured steps, all models'),
    }),
  ),
  secondsPerPrediction: z.number().nonnegative().describe('One model, one case'),
  secondsPerCase: z.number().nonnegative().describe('Preprocessing; 0 when the cases were prepared before'),
  secondsToFinish: z.number().nonnegative(),
  baseMb: z.number().describe('Memory before the first step'),
  peakMb: z.number().describe('Most that the trainer took'),
  freeMb: z.number().describe('Memory that was free for it when it started'),
})
export type PreflightReport = z.infer<typeof PreflightReportSchema>

/** The result of a `preflight` task. */
export const PreflightResultSchema = z.object({
  report: PreflightReportSchema.nullable().describe(
    'null: the trainer was ended before it could say, as it took too much',
  ),
  fits: z.boolean(),
  maxPatchVoxels: z.int().nullable().describe('A plan.maxPatchVoxels that would fit; null when all is well'),
  message: z.string(),
})
export type PreflightResult = z.infer<typeof PreflightResultSchema>
