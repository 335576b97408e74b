// The part of a run's configuration that says what each stage does: its budget, schedule and loss terms, and the pseudo labels
// between them.
import { z } from 'zod'
import { term, termWithReadings } from './loss-term.ts'

const fraction = z.number().min(0).max(1)

const stageBasics = {
  steps: z.int().min(1).default(400).describe('Updates of each model; the shared network has as many for each dataset'),
  validateEvery: z.int().min(1).default(100).describe('Steps between two validations'),
  earlyStopPatience: z
    .int()
    .min(0)
    .default(0)
    .describe('Stop a stage after so many validations without a better one; 0: never'),
  learningRate: fraction.default(1).describe('Share of optimiser.learningRate that is the highest rate in this stage'),
  classBalance: fraction
    .default(0.5)
    .describe(
      'Cross-entropy at the start of the stage: a voxel weighs 1 / n^this, n the voxels of its class set in the patch',
    ),
  balanceUntil: fraction.default(0.5).describe('Share of the stage over which classBalance falls to 0: all alike'),
  finalLearningRate: fraction.default(0).describe('Share of optimiser.learningRate that the stage ends with'),
}

const stageCommon = {
  ...stageBasics,
  foreignShare: fraction
    .default(0.5)
    .describe("Share of a model's patches that other datasets, drawn at random, give while a mutual term needs them"),
  supervised: term(1, 0, 'Soft Dice over present organs plus marginal cross-entropy'),
}

export const SharedConfigSchema = z.strictObject({
  ...stageBasics,
  dice: z
    .enum(['marginal', 'leaf'])
    .default('marginal')
    .describe('Dice of every organ set that is labelled in the patch, or of single labelled classes alone'),
  head: z
    .enum(['fixed', 'dynamic'])
    .default('fixed')
    .describe('One head for all organs, or one whose weights depend on the dataset; stage 0 alone'),
  exclusion: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether the term is computed at all'),
      weight: z.number().nonnegative().default(1).describe('Factor of the term in the sum of losses'),
    })
    .prefault({})
    .describe('An organ that a case leaves unlabelled must not lie where another is labelled'),
  distillation: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether partial-organ models teach the shared network'),
      outputs: z.number().nonnegative().default(1).describe('Factor of the divergence from their probabilities'),
      features: z
        .number()
        .nonnegative()
        .default(0.1)
        .describe('Factor of 1 - cosine to their features; 0: not computed'),
    })
    .prefault({})
    .describe(
      'Models of stage 1 teach what a case leaves unlabelled: each its organs, all the background they agree on',
    ),
})

export const Stage1ConfigSchema = z.strictObject({
  ...stageCommon,
  predictionDifference: termWithReadings(
    0.5,
    0.3,
    ['overlap', 'inside', 'foreground'],
    "Other datasets' organ labels tell a model where its own organs cannot be",
  ),
  featureDifference: termWithReadings(
    0.02,
    0.3,
    ['own-features', 'other-models'],
    "Positive cosine between features of own and of other datasets' organs",
  ),
})

export const PseudoLabelConfigSchema = z.strictObject({
  source: z
    .enum(['stored', 'online'])
    .default('stored')
    .describe(
      'stored: made for whole cases between the stages; online: the averaged weights of the models of stage 2 label each patch as it is drawn',
    ),
  refresh: z
    .int()
    .min(0)
    .max(50)
    .default(0)
    .describe('stored: how many times the models of stage 2 make them anew, evenly over the stage'),
  onlineForeign: z
    .boolean()
    .default(true)
    .describe(
      "online: patches of other datasets get pseudo labels too, beside their true labels; off: a model's own alone",
    ),
  teachers: z
    .enum(['stage1', 'shared', 'both'])
    .default('stage1')
    .describe('Who labels what cases leave open: the POS models, the shared network, or all of them together'),
  organThreshold: fraction.default(0.7).describe('An organ needs at least this calibrated probability'),
  leastAccepted: fraction
    .default(0.5)
    .describe(
      'Where its models are never so sure, an organ needs only what this share of the voxels reaches that they claim in the validation cases; 0: no organ needs less',
    ),
  oddsMargin: z.number().nonnegative().default(0.5).describe('... and this lead in log-odds over the next organ'),
  backgroundThreshold: fraction.default(0.3).describe('Background where every competent model stays below'),
  calibrate: z.boolean().default(true).describe('Temperature-scale each model on its validation cases'),
  volumeRange: z
    .tuple([z.number().nonnegative(), z.number().positive()])
    .default([0.3, 3])
    .describe('A pseudo organ outside this multiple of the volumes seen in training is ignored and flagged'),
  ignoreCut: z
    .boolean()
    .default(true)
    .describe('A pseudo organ that touches the first or last slice is ignored and flagged'),
  mirror: z
    .enum(['auto', 'off'])
    .default('off')
    .describe('auto: pseudo labels from mirrored images too, as inference.mirror; takes twice as long'),
  review: z.boolean().default(false).describe('Pause between the stages until review.json accepts the pseudo labels'),
})

export const Stage2ConfigSchema = z.strictObject({
  ...stageCommon,
  initialise: z
    .enum(['stage1', 'shared', 'scratch'])
    .default('stage1')
    .describe('FOS models start from the POS encoders and decoders'),
  pseudoSupervision: z
    .boolean()
    .default(true)
    .describe('Train on pseudo labels too; off: true labels alone, marginally'),
  predictionSimilarity: termWithReadings(
    0.5,
    0.3,
    ['labels', 'peer'],
    'The true labels of the other datasets supervise every model',
  ),
  featureSimilarity: term(0.3, 0.3, 'Each worse model is pulled to the features of the more accurate one (dynamic)'),
  featureSimilarityGain: z.number().nonnegative().default(5).describe('w = weight * min(1, gain * (a_best - a_i))'),
  accuracySource: z.enum(['validation', 'patch']).default('validation').describe('How accurate a model is on an organ'),
})
