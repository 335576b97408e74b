// How patches are changed while a network learns from them.
import { z } from 'zod'

const fraction = z.number().min(0).max(1)

export const AugmentationConfigSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Off: patches as they are'),
  probability: fraction
    .default(0.3)
    .describe('Of each: turning and scaling, contrast, gamma, noise. Shifts are always on, the others have their own'),
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
  blurProbability: fraction.default(0.1).describe('Of blurring, as another reconstruction kernel does'),
  blurSigma: z
    .tuple([z.number().positive().max(5), z.number().positive().max(5)])
    .default([0.5, 1])
    .describe('Smallest and largest standard deviation of the blur, in voxels'),
  brightnessProbability: fraction.default(0.15).describe('Of multiplying all intensities'),
  brightness: fraction.default(0.25).describe('They are multiplied by between 1 - brightness and 1 + brightness'),
  lowResolutionProbability: fraction
    .default(0.125)
    .describe('Of bringing a patch to fewer voxels and back, as a coarser scan'),
  lowResolution: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.5)
    .describe(
      'Smallest share of the voxels that stay along an axis; axes three times as coarse as the finest keep all',
    ),
  elasticProbability: fraction.default(0).describe('Of bending a patch, with its labels'),
  elastic: z
    .number()
    .min(0)
    .max(0.1)
    .default(0.05)
    .describe('Largest shift of a control point of the bending, as a share of the patch; four control points an axis'),
  narrowFov: fraction.default(0.15).describe('Probability of blanking slices at one end, as a scan that ends there'),
  mirror: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('auto: left-right, exchanging paired labels; off when any organ is lateral and unpaired in the union'),
})
