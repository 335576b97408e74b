// What a study shows of each run beside its scores: which terms were on, what it cost, and how it learned.
import { z } from 'zod'

const term = z.boolean().nullable().describe('null: the run trains no stage that has the term')

/** The terms of the method in the order in which it uses them; the columns of an ablation table. */
export const StudyTermsSchema = z.object({
  sharedStart: term.describe('Whether a shared network is trained before the stages; null for that network alone'),
  predictionDifference: term,
  featureDifference: term,
  pseudoLabels: term,
  predictionSimilarity: term,
  featureSimilarity: term,
})
export type StudyTerms = z.infer<typeof StudyTermsSchema>
export type StudyTerm = keyof StudyTerms

/** Short as in papers, and in words. */
export const STUDY_TERMS: Record<StudyTerm, { short: string; title: string }> = {
  sharedStart: { short: 'Shared', title: 'Shared network first' },
  predictionDifference: { short: 'PD', title: 'Prediction difference, stage 1' },
  featureDifference: { short: 'FD', title: 'Feature difference, stage 1' },
  pseudoLabels: { short: 'PL', title: 'Pseudo labels, stage 2' },
  predictionSimilarity: { short: 'PS', title: 'Prediction similarity, stage 2' },
  featureSimilarity: { short: 'DFS', title: 'Dynamic feature similarity, stage 2' },
}

export const StudyCostSchema = z.object({
  seconds: z.number().nonnegative().describe('While a process worked on it, with validation and pseudo labels'),
  patches: z.int().nonnegative().describe('Of each dataset, learned from'),
  peakMemoryMb: z.number().nullable().describe('Largest resident memory of the trainer; null where not recorded'),
})
export type StudyCost = z.infer<typeof StudyCostSchema>

/** Validation while training, from the journal: mean over models and organs. The one figure that no prediction is behind. */
export const StudyCurveSchema = z.object({
  run: z.string(),
  stages: z.array(
    z.object({
      stage: z.int().min(0).max(2),
      points: z.array(z.tuple([z.number().describe('Patches of each dataset'), z.number().describe('Dice')])),
    }),
  ),
})
export type StudyCurve = z.infer<typeof StudyCurveSchema>
