// How patches are changed while a network learns from them.
import { z } from 'zod'

const fraction = z.number().min(0).max(1)

export const AugmentationConfigSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Off: patches as they are'),
  probability: fraction
    .default(0.3)
    .describe('Of each: turning and scaling, contrast, gamma, noise. Shifts are always on'),
  shift: fraction.default(0.15).describe('Largest shift of the patch centre, as a share of the patch'),
  rotationDeg: z.number().min(0).max(180).default(12).describe('Largest turn around each axis, in degrees'),
  scale: fraction.default(0.15).describe('Zoom between 1 - scale and 1 + scale'),
  gamma: fraction.default(0.25).describe('Gamma between 1 - gamma and 1 + gamma on the patch range'),
  noiseSd: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Largest standard deviation, in units of the normalised image'),
  contrast: fraction.default(0.15).describe('Contrast between 1 - contrast and 1 + contrast'),
  narrowFov: fraction.default(0.15).describe('Probability of blanking slices at one end, as a scan that ends there'),
  mirror: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('auto: left-right, exchanging paired labels; off when any organ is lateral and unpaired in the union'),
})
