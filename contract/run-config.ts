// The whole configuration of a training run: every loss term, weight, ramp and budget, with its default.
// Presets (presets.ts) are partial configurations on top of these defaults; --config and --set on top of those.
import { z } from 'zod'
import { AugmentationConfigSchema } from './augmentation-config.ts'
import { ComputeSchema } from './settings.ts'
import { ShapeSchema, SpacingSchema } from './geometry.ts'
import { PseudoLabelConfigSchema, SharedConfigSchema, Stage1ConfigSchema, Stage2ConfigSchema } from './stage-config.ts'

const auto = z.literal('auto')
const fraction = z.number().min(0).max(1)

export const PlanConfigSchema = z.strictObject({
  spacingMm: z
    .union([auto, SpacingSchema])
    .default('auto')
    .describe('[depth, height, width] mm; auto: from the fingerprints'),
  patch: z.union([auto, ShapeSchema]).default('auto').describe('Voxels; auto: from the median size and maxPatchVoxels'),
  maxPatchVoxels: z
    .int()
    .min(512)
    .default(90_000)
    .describe('Largest automatic patch; memory and time of a step grow with it'),
  maxMedianVoxels: z
    .int()
    .min(4096)
    .default(400_000)
    .describe('auto spacing grows until the median case has at most so many voxels'),
  thickSlices: z
    .enum(['auto', 'interpolate'])
    .default('auto')
    .describe('auto: slices three times as thick as their voxels are wide are taken whole, never interpolated'),
  cropToBody: z.boolean().default(true).describe('Cut away the air around the patient'),
})

export const NetworkConfigSchema = z.strictObject({
  baseChannels: z.int().min(2).max(128).default(16).describe('Feature channels of the highest resolution'),
  maxChannels: z
    .int()
    .min(2)
    .max(512)
    .default(128)
    .describe('Channels double with each lower resolution, up to so many'),
  levels: z
    .union([auto, z.int().min(2).max(6)])
    .default('auto')
    .describe('Resolutions of the U-Net; auto: from the patch'),
  kernels: z
    .enum(['auto', 'cubic'])
    .default('auto')
    .describe('auto: 1 across an axis while its voxels are twice as long as the shortest; cubic: 3 x 3 x 3 everywhere'),
  convolutions: z.int().min(1).max(4).default(2).describe('Convolutions a level'),
  deepSupervision: z.boolean().default(true).describe('Lower resolutions are supervised too'),
})

export const OptimiserConfigSchema = z.strictObject({
  batch: z.int().min(1).max(64).default(1).describe('Patches of an update'),
  learningRate: z.number().positive().default(8e-3).describe('Highest rate, reached after the warm-up'),
  weightDecay: z.number().nonnegative().default(1e-4).describe('Decoupled (AdamW)'),
  gradientClip: z.number().positive().default(5).describe('Largest L2 norm over all gradients of a step'),
  warmup: fraction.default(0.02).describe('Share of the stage with a linearly rising rate'),
  polyPower: z.number().nonnegative().default(0.9).describe('The rate falls as (1 - share of the stage) to this power'),
  averaging: z
    .number()
    .min(0)
    .max(0.4)
    .default(0.05)
    .describe(
      'Mean age of the averaged weights that validate and predict, as a share of the updates so far; 0: the latest weights',
    ),
})

export const RunConfigSchema = z.strictObject({
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .describe('Start of everything that is drawn at random; the same seed gives the same run'),
  plan: PlanConfigSchema.prefault({}),
  network: NetworkConfigSchema.prefault({}),
  optimiser: OptimiserConfigSchema.prefault({}),
  augmentation: AugmentationConfigSchema.prefault({}),
  sampling: z
    .strictObject({
      foreground: fraction.default(0.8).describe('Share of own patches centred on an organ; organs are drawn evenly'),
    })
    .prefault({}),
  validation: z
    .strictObject({
      fraction: z
        .number()
        .min(0)
        .max(0.5)
        .default(0.2)
        .describe('Share of the patients of each dataset held back from every model'),
      maxCases: z
        .int()
        .min(1)
        .default(6)
        .describe('At most so many held-back cases a dataset are scored while training'),
    })
    .prefault({}),
  shared: SharedConfigSchema.prefault({}),
  stage1: Stage1ConfigSchema.prefault({}),
  pseudoLabels: PseudoLabelConfigSchema.prefault({}),
  stage2: Stage2ConfigSchema.prefault({}),
  inference: z
    .strictObject({
      overlap: z
        .number()
        .min(0)
        .max(0.9)
        .default(0.5)
        .describe('Of neighbouring windows, when predicting and evaluating'),
      trainingOverlap: z.number().min(0).max(0.9).default(0.25).describe('When validating and making pseudo labels'),
      mirror: z
        .enum(['auto', 'off'])
        .default('off')
        .describe('auto: predicts left-right mirrored too, where training mirrored; takes twice as long'),
      postProcessing: z
        .enum(['auto', 'off'])
        .default('auto')
        .describe(
          'auto: of each organ only the largest connected parts stay, where that did not lower validation Dice',
        ),
    })
    .prefault({}),
  checkpoint: z
    .strictObject({ everySeconds: z.number().min(0).default(60).describe('Between checkpoints; 0: after every step') })
    .prefault({}),
  runtime: z
    .strictObject({
      ...ComputeSchema.shape,
      prefetch: z.int().min(1).max(64).default(6).describe('Patches prepared ahead'),
      caseCacheMb: z.int().min(16).default(2048).describe('Memory for preprocessed cases of the data worker'),
      onOutOfMemory: z
        .enum(['ask', 'shrink'])
        .default('ask')
        .describe('ask: pause and propose a smaller patch; shrink: go on with it at once, from the last checkpoint'),
      processes: z
        .union([auto, z.int().min(1).max(9)])
        .default('auto')
        .describe('Among which the models are spread; auto: one a graphics card, on the processor one'),
    })
    .prefault({}),
})
export type RunConfig = z.infer<typeof RunConfigSchema>
export type RunConfigInput = z.input<typeof RunConfigSchema>

export const PresetSchema = z.enum(['quick', 'standard', 'full'])
export type Preset = z.infer<typeof PresetSchema>

/** 0: the shared network, 1: partial-organ (POS) models, 2: full-organ (FOS) models. */
export const StageNumberSchema = z.union([z.literal(0), z.literal(1), z.literal(2)])
export type StageNumber = z.infer<typeof StageNumberSchema>

export const StagesSchema = z.enum(['0', '1', '2', '0,1', '1,0', '1,2', '0,1,2'])
export type Stages = z.infer<typeof StagesSchema>
