// A case of a dataset: its files, what they hold, and which organs are labelled in it.
import { z } from 'zod'
import { withLists } from './channel.ts'
import { GeometrySchema, PointSchema } from './geometry.ts'
import { LabelRepairSchema, SideSplitSchema } from './label-treatment.ts'
import { OrganIdSchema } from './organ.ts'
import { SettledOverlapSchema } from './overlap-rule.ts'

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
export const OrganPlaceSchema = z.object({
  centre: PointSchema.describe('Mean of its voxels, LPS mm'),
  borders: z.array(BorderSchema).describe('Sides of the image that it touches'),
})
export type OrganPlace = z.infer<typeof OrganPlaceSchema>

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
  places: z
    .record(OrganIdSchema, OrganPlaceSchema)
    .optional()
    .describe('Of organs that have a label of their own here'),
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
