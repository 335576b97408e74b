// A registered dataset: what was found in a folder, what each label means, what is wrong with which case.
// Availability is case x organ; a dataset's row only summarises its cases.
import { z } from 'zod'
import { ChannelsSchema, ModalitySchema, withChannels, withLists } from './channel.ts'
import { GeometrySchema, PointSchema } from './geometry.ts'
import { LabelRepairSchema, SideSchema, SideSplitSchema } from './label-treatment.ts'
import { OrganIdSchema } from './organ.ts'
import { OverlapRuleSchema, SettledOverlapSchema } from './overlap-rule.ts'
import { PatientRuleSchema } from './patient-rule.ts'

export { ModalitySchema, type Modality } from './channel.ts'

/** Names of datasets and runs are folder names too. */
export const NameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'expected 1 to 64 letters, digits, dots, dashes or underscores, starting with a letter or digit',
  )

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

export const AvailabilityStateSchema = z.enum([
  'labelled', // delineated and present
  'absent', // labelled in this case, and no voxel carries it
  'unlabelled', // nobody looked for it in this case: never background
  'merged', // inside a label that covers several organs
  'cut', // labelled, and it touches the first or last slice: cut by the field of view
])
export type AvailabilityState = z.infer<typeof AvailabilityStateSchema>

export const AvailabilitySchema = z.object({
  state: AvailabilityStateSchema,
  voxels: z.int().nonnegative(),
  volumeMl: z.number().nonnegative(),
})
export type Availability = z.infer<typeof AvailabilitySchema>

export const FindingCodeSchema = z.enum([
  'unreadable-image',
  'unreadable-label',
  'missing-image',
  'missing-label',
  'shape-mismatch',
  'geometry-mismatch',
  'geometry-drift',
  'unknown-label-value',
  'non-integer-label',
  'empty-label',
  'all-labels-empty',
  'label-overlap',
  'not-finite',
  'constant-image',
  'duplicate-image',
  'unmapped-organ',
  'ambiguous-file',
  'not-three-dimensional',
  'header-oddity',
  'undeclared-label',
  'left-out-label',
  'label-split',
  'label-repaired',
  'mapping-file',
  'swapped-sides',
  'unusual-position',
  'implausible-volume',
  'outlier-volume',
  'organ-at-border',
  'sometimes-absent',
  'shared-patient',
  'unknown-patients',
  'missing-slices',
  'patient-identifiers',
])
export const FindingSchema = z.object({
  severity: z.enum(['error', 'warning', 'info']).describe('error: the case is excluded'),
  code: FindingCodeSchema,
  caseId: z.string().nullable(),
  organ: OrganIdSchema.nullable(),
  cases: z.array(z.string()).optional().describe('Ids of its cases, where one finding is about several'),
  message: z.string().min(1),
})
export type Finding = z.infer<typeof FindingSchema>
export type FindingCode = z.infer<typeof FindingCodeSchema>

const treatment = {
  split: z.array(SideSplitSchema).optional().describe('Labels that are taken apart into left and right'),
  repair: LabelRepairSchema.optional().describe('How it comes onto the grid of the image'),
}

/** Where a case's labels are: one label map, or one mask file a label. Paths are relative to the dataset's root. */
export const LabelSourceSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('map'),
    path: z.string(),
    leftOut: z.array(z.string()).optional().describe('Values that are read as if nothing was there'),
    ...treatment,
  }),
  z.object({ kind: z.literal('mask'), path: z.string(), labelKey: z.string(), ...treatment }),
])
export type LabelSource = z.infer<typeof LabelSourceSchema>

export const BorderSchema = z.enum(['left', 'right', 'anterior', 'posterior', 'inferior', 'superior'])
export type Border = z.infer<typeof BorderSchema>

/** Where an organ lies in the patient. */
export const PlaceSchema = z.object({
  centre: PointSchema.describe('Mean of its voxels, LPS mm'),
  borders: z.array(BorderSchema).describe('Sides of the image that it touches'),
})
export type Place = z.infer<typeof PlaceSchema>

/** A label file that does not lie on the grid of its image, and what could be done. */
export const MisfitSchema = z.object({
  path: z.string(),
  geometry: GeometrySchema.describe('Of the label file'),
  differenceMm: z.number().nullable().describe('Between corresponding corners; null for another number of voxels'),
  repairs: z.array(LabelRepairSchema).describe('Within reason; may be empty'),
})
export type Misfit = z.infer<typeof MisfitSchema>

export const IntensitySchema = z.object({
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  sd: z.number().nonnegative(),
  foreground: z
    .object({
      voxels: z.int(),
      mean: z.number(),
      sd: z.number(),
      p005: z.number(),
      p995: z.number(),
      median: z.number(),
    })
    .nullable()
    .describe('Over the labelled voxels; null without any'),
})
export type Intensity = z.infer<typeof IntensitySchema>

/** Whom the DICOM files of a case are of; what names nobody, such as ANON, is null. */
const DicomPersonSchema = z.object({
  patient: z.string().nullable().describe('Hash of the identifier (hashed-patient.ts)'),
  study: z.string().nullable().describe('Hash of the study, whose series are of one person'),
})
export type DicomPerson = z.infer<typeof DicomPersonSchema>

const CaseFieldsSchema = z.object({
  id: z.string().min(1),
  patient: z.string().min(1).describe('Cases of one patient never straddle training and validation'),
  patientGiven: z
    .boolean()
    .optional()
    .describe('patients.csv, the files or the rule of the dataset name the patient; else the case id stands for one'),
  patientByRule: z.boolean().optional().describe('It was the rule'),
  dicom: DicomPersonSchema.optional(),
  images: z
    .array(z.string())
    .min(1)
    .describe('One a channel, in their order: paths relative to the root, with the part that is meant; empty: no file'),
  labels: z.array(LabelSourceSchema),
  status: z.enum(['ok', 'excluded']),
  excludedReason: z.string().nullable(),
  geometry: GeometrySchema.nullable(),
  imageHash: z.string().nullable().describe('SHA-256 of the decoded voxel values of all channels and the shape'),
  fileHash: z.string().nullable().describe('SHA-256 over the bytes of the image and label files'),
  intensities: z.array(IntensitySchema).describe('One a channel; none where an image could not be read'),
  availability: z.record(OrganIdSchema, AvailabilitySchema),
  drawn: z.array(z.string()).optional().describe('Keys of the labels that were looked for in this case'),
  places: z.record(OrganIdSchema, PlaceSchema).optional().describe('Of organs that have a label of their own here'),
  midlineMm: z.number().nullable().optional().describe('LPS x of the middle of the body; null where it is not known'),
  misfits: z.array(MisfitSchema).optional().describe('Label files that do not lie on the image'),
  overlaps: z
    .array(SettledOverlapSchema)
    .optional()
    .describe('Labels of organs that exclude each other, where they share voxels and one of them keeps these'),
})
/** Earlier versions knew one image a case. */
export const CaseSchema = z.preprocess(withLists({ image: 'images', intensity: 'intensities' }), CaseFieldsSchema)
export type Case = z.infer<typeof CaseSchema>

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
