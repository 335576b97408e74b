// A study: methods side by side on the same datasets, split and budget, each with several seeds, scored on one test set.
import { z } from 'zod'
import { NameSchema } from './name.ts'
import { MethodSchema } from './methods.ts'
import { OrganIdSchema } from './organ.ts'
import { PairedDifferenceSchema } from './results.ts'
import { PresetSchema } from './run-config.ts'
import { StudyCostSchema, StudyCurveSchema, StudyTermsSchema } from './study-figures.ts'

const settings = z.array(z.string()).default([]).describe('key=value, as --set')

export const StudyRowSchema = z.strictObject({
  name: NameSchema.max(24).describe('Part of the names of its runs'),
  method: MethodSchema,
  set: settings,
  labels: NameSchema.optional().describe(
    'A reference dataset: these runs learn from its complete labels of the same images, as an upper bound',
  ),
  seeds: z.array(z.int().min(0)).min(1).optional().describe('Those of the study unless given'),
})

/** The file of `organ-mosaic study --config`. */
export const StudyConfigSchema = z.strictObject({
  name: NameSchema.max(24),
  datasets: z.array(NameSchema).min(2).max(9),
  test: NameSchema.describe('A registered dataset that no run has seen'),
  preset: PresetSchema.default('standard'),
  seeds: z.array(z.int().min(0)).min(1).default([1]),
  place: NameSchema.optional().describe('Where its runs are trained and scored; this machine unless given'),
  set: settings,
  rows: z
    .array(StudyRowSchema)
    .min(1)
    .refine((rows) => new Set(rows.map(({ name }) => name)).size === rows.length, 'names of rows must differ')
    .describe('The first is what the others are compared with'),
})
export type StudyConfig = z.infer<typeof StudyConfigSchema>
export type StudyRow = z.infer<typeof StudyRowSchema>

/** Over seeds; the value of a seed is its mean over cases. */
const OverSeedsSchema = z.object({
  mean: z.number().nullable(),
  sd: z.number().nullable().describe('Sample standard deviation; null with one seed'),
})
export type OverSeeds = z.infer<typeof OverSeedsSchema>

const metrics = { dice: OverSeedsSchema, hd95Mm: OverSeedsSchema, nsd: OverSeedsSchema }

export const StudyScoresSchema = z.object({
  organs: z.array(z.object({ organ: OrganIdSchema, ...metrics })),
  mean: z.object(metrics).describe('Over organs'),
  differences: z.array(PairedDifferenceSchema).describe('Dice against the first row, cases paired, seeds averaged'),
})
export type StudyScores = z.infer<typeof StudyScoresSchema>

export const StudyResultRowSchema = z.object({
  name: z.string(),
  method: MethodSchema,
  runs: z.array(z.string()).describe('One a seed'),
  ...StudyScoresSchema.shape,
  single: StudyScoresSchema.nullable().describe('The same of the full model that validated best; null for one network'),
  terms: StudyTermsSchema,
  cost: StudyCostSchema.describe('Means over seeds; of memory the most'),
  curves: z.array(StudyCurveSchema).describe('One a seed'),
  bestSingle: OverSeedsSchema.nullable().describe('Mean Dice of the model that validated best; null for one network'),
  trainingSeconds: z.number().describe('Mean over seeds, with validation and pseudo labels'),
})
export type StudyResultRow = z.infer<typeof StudyResultRowSchema>

export const StudyResultSchema = z.object({
  config: StudyConfigSchema,
  folder: z
    .string()
    .describe('Absolute; study.json, report.html, methods.csv, organs.csv, cases.csv, tables.tex, tables.md'),
  budget: z.int().describe('Patches of each dataset that every run learned from'),
  rows: z.array(StudyResultRowSchema),
  tests: z.int().describe('How many tests the Holm correction is for'),
})
export type StudyResult = z.infer<typeof StudyResultSchema>
