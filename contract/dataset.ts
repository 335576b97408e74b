// A registered dataset: what was found in a folder, what each label means, what is wrong with which case.
// Availability is case x organ; a dataset's row only summarises its cases.
import { z } from 'zod'
import { CaseSchema } from './case.ts'
import { ChannelsSchema, ModalitySchema, withChannels } from './channel.ts'
import { FindingSchema } from './finding.ts'
import { LabelRepairSchema, SideSchema } from './label-treatment.ts'
import { NameSchema } from './name.ts'
import { OrganIdSchema } from './organ.ts'
import { OverlapRuleSchema } from './overlap-rule.ts'
import { PatientRuleSchema } from './patient-rule.ts'

/**
 * train: may be trained on. test: never, nor any patient or image that it holds.
 * reference: complete labels of images that others train on, used only to measure pseudo labels.
 */
export const DatasetRoleSchema = z.enum(['train', 'test', 'reference'])
export type DatasetRole = z.infer<typeof DatasetRoleSchema>

export const LayoutIdSchema = z.enum(['manifest', 'nnunet', 'bids', 'organ-files', 'paired', 'dicom', 'pattern'])
export type LayoutId = z.infer<typeof LayoutIdSchema>

/** One label of a dataset: a value of its label maps, or a mask file name, and the organs it stands for. */
export const LabelSchema = z.object({
  key: z.string().min(1).describe('The label value ("10") or the mask file name without extension ("parotid_left")'),
  sourceName: z.string().min(1).describe('The name the dataset gives it'),
  organs: z.array(OrganIdSchema).min(1).describe('One organ, or several when the label merges them'),
  mapped: z.enum(['vocabulary', 'user', 'kept']).describe('kept: the name maps to nothing and stays as it is'),
  split: z
    .object({ from: z.string().min(1), side: SideSchema })
    .optional()
    .describe('It is one side of a label that was split, and `from` the key of that label'),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .optional()
    .describe('As the label files propose it; the colour of an organ that the vocabulary does not know'),
})
export type Label = z.infer<typeof LabelSchema>

/** A label that is not read as an organ: it says nothing, in no case. */
export const LeftOutLabelSchema = LabelSchema.pick({ key: true, sourceName: true }).extend({
  because: z.string().nullable().describe('What its name or its file says that it is; null: somebody chose so'),
})
export type LeftOutLabel = z.infer<typeof LeftOutLabelSchema>

const PatternSchema = z.string().min(1).max(300)

/** How a folder is to be read, where a person said so. */
export const FolderReadingSchema = z.object({
  volume: z.int().min(1).max(999_999).optional().describe('Which volume of images that hold several'),
  channels: z
    .array(z.string().min(1).max(60))
    .min(1)
    .max(20)
    .optional()
    .describe('Names of the channels: which of those that are found, in which order, or how they are called'),
  subset: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Which dataset of a table, or which pipeline of a BIDS folder, that has several'),
  patterns: z
    .object({ images: PatternSchema, labels: PatternSchema })
    .optional()
    .describe('Paths with {case}, {channel}, {organ}, {patient} and *, instead of a layout that is detected'),
  splits: z
    .array(z.string().min(1).max(300))
    .optional()
    .describe('Keys of labels that cover organs of both sides and are taken apart into left and right'),
  overlap: OverlapRuleSchema.optional().describe('Who keeps voxels of structures that exclude each other'),
})
export type FolderReading = z.infer<typeof FolderReadingSchema>

/** What a person decided about a dataset beyond its labels; kept when the folder is read again. */
export const DatasetChoicesSchema = z.object({
  excluded: z.array(z.string()).describe('Ids of cases that are not to be used'),
  patients: PatientRuleSchema.nullable().describe('For cases whose patient no patients.csv names'),
  registeredAs: DatasetRoleSchema.describe('The role that chose the cases of a folder with training and test cases'),
  repairs: z
    .array(z.object({ caseId: z.string(), repair: LabelRepairSchema, at: z.iso.datetime() }))
    .optional()
    .describe('Cases whose labels are brought onto their image, and since when'),
  notDrawn: z
    .array(z.string().min(1).max(300))
    .optional()
    .describe('Keys of labels that were not drawn where a label map has no voxel of them: unlabelled, not absent'),
  leftOut: z
    .array(z.string().min(1).max(300))
    .optional()
    .describe('Keys of labels that somebody left out: they are not read as organs'),
  ...FolderReadingSchema.shape,
})
export type DatasetChoices = z.infer<typeof DatasetChoicesSchema>

/** datasets/NAME/dataset.json in the workspace. */
const DatasetFieldsSchema = z.object({
  schemaVersion: z.literal(1),
  name: NameSchema,
  role: DatasetRoleSchema,
  root: z.string().min(1).describe('Absolute path of the registered folder; never written to'),
  layout: LayoutIdSchema,
  layoutReason: z.string().describe('Why this layout was recognised'),
  modality: ModalitySchema.describe('Of all channels; other where they differ'),
  channels: ChannelsSchema,
  registeredAt: z.iso.datetime(),
  labels: z.array(LabelSchema),
  leftOut: z.array(LeftOutLabelSchema).optional().describe('Labels of the folder that are not read as organs'),
  cases: z.array(CaseSchema),
  findings: z.array(FindingSchema),
  fingerprint: z.string().describe('SHA-256 over labels and the file hashes of the cases in use'),
  choices: DatasetChoicesSchema.optional(),
})
export const DatasetSchema = z.preprocess(withChannels, DatasetFieldsSchema)
export type Dataset = z.infer<typeof DatasetSchema>
