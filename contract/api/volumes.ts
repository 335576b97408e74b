// What there is to look at in a case: its image, and everything that says which voxel belongs to which organ.
import { z } from 'zod'
import { ChannelsSchema } from '../channel.ts'
import { AvailabilitySchema } from '../case.ts'
import { DatasetRoleSchema } from '../dataset.ts'
import { FindingSchema } from '../finding.ts'
import { NameSchema } from '../name.ts'
import { GeometrySchema } from '../geometry.ts'
import { ModelChoiceSchema } from '../job.ts'
import { OrganIdSchema } from '../organ.ts'
import { route } from './route.ts'

export const LayerKindSchema = z.enum([
  'image',
  'truth', // the labels that the dataset came with
  'pseudo', // what models say where the dataset is silent, as stage 2 was trained on it
  'provenance', // where each voxel's target came from: true label, model k, or ignored
  'prediction', // an evaluation that saved its label maps
  'disagreement', // where models of one run and stage do not say the same
])

export const SegmentSchema = z.object({
  value: z.int().positive().describe('As stored in the volume that getVolume answers'),
  organs: z
    .array(OrganIdSchema)
    .describe('One organ, several when the label merges them, none for marks that are no organ'),
  name: z.string(),
  color: z.string().regex(/^#[0-9a-f]{6}$/),
})
export type Segment = z.infer<typeof SegmentSchema>

export const LayerSchema = z.object({
  id: z.string().describe('Names the layer in getVolume'),
  kind: LayerKindSchema,
  title: z.string(),
  part: z.string().describe('Its title among the layers of its run'),
  note: z.string().describe('What one has to know to read it; empty without'),
  run: z.string().nullable(),
  stage: z.int().nullable(),
  model: ModelChoiceSchema.nullable(),
  segments: z.array(SegmentSchema),
})
export type Layer = z.infer<typeof LayerSchema>

export const CaseViewSchema = z.object({
  dataset: z.string(),
  role: DatasetRoleSchema,
  channels: ChannelsSchema.describe('The first layers are these, in this order'),
  case: z.object({
    id: z.string(),
    patient: z.string(),
    status: z.enum(['ok', 'excluded']),
    excludedReason: z.string().nullable(),
    images: z.array(z.string()).describe('One a channel: paths relative to the root of the dataset'),
    geometry: GeometrySchema.nullable().describe('As in the image file'),
    availability: z.record(OrganIdSchema, AvailabilitySchema),
  }),
  findings: z.array(FindingSchema).describe('Of this case'),
  position: z.int().describe('1 for the first case of the dataset'),
  total: z.int(),
  previous: z.string().nullable().describe('Case id'),
  next: z.string().nullable(),
  layers: z
    .array(LayerSchema)
    .describe('The image, a layer a channel, then true labels, then run by run, newest first'),
})
export type CaseView = z.infer<typeof CaseViewSchema>

export const VolumeTypeSchema = z.enum(['uint8', 'int8', 'int16', 'uint16'])

/**
 * What precedes the voxels of a volume. The volume's axes run to superior, posterior and left: the grid of the image
 * file with its axes exchanged and flipped, never resampled.
 */
export const VolumeHeaderSchema = z.object({
  geometry: GeometrySchema,
  type: VolumeTypeSchema.describe('Little endian'),
  slope: z.number().describe('value = stored * slope + intercept'),
  intercept: z.number(),
  exact: z.boolean().describe('false: the file holds finer values than the 16 bits that are sent'),
  range: z.object({ min: z.number(), max: z.number() }).describe('Of the stored numbers'),
  window: z.object({ centre: z.number(), width: z.number() }).describe('Suggested, in values'),
  planes: z.tuple([z.int(), z.int(), z.int()]).describe('Depth, height and width of the three planes sent first'),
  notes: z.array(z.string()).describe('What was done on the way, in sentences'),
})
export type VolumeHeader = z.infer<typeof VolumeHeaderSchema>

/** Follows the voxels of a label volume: what is in it, and where. */
export const VolumeContentSchema = z.object({
  segments: z.array(
    z.object({
      value: z.int().positive(),
      voxels: z.int(),
      centre: z.tuple([z.int(), z.int(), z.int()]).describe('A voxel of the segment near its middle'),
      first: z.tuple([z.int(), z.int(), z.int()]).describe('Lower corner of the box around it'),
      last: z.tuple([z.int(), z.int(), z.int()]).describe('Upper corner, inside'),
    }),
  ),
})
export type VolumeContent = z.infer<typeof VolumeContentSchema>

const caseParams = z.object({ dataset: NameSchema, case: z.string().min(1) })

export const volumeRoutes = {
  listLayers: route('GET', '/datasets/:dataset/cases/:case/layers', 'A case and what can be looked at in it', {
    params: caseParams,
    response: CaseViewSchema,
  }),
  /**
   * The answer's bytes, little endian: uint32 length of the header, the header (VolumeHeader, JSON), the middle axial,
   * coronal and sagittal plane, the volume [depth, height, width], uint32 length of the content, the content
   * (VolumeContent, JSON). The planes come first so that they are on the screen while the rest is on its way.
   */
  getVolume: route('GET', '/datasets/:dataset/cases/:case/layers/:layer/volume', 'The voxels of a layer', {
    kind: 'binary',
    params: caseParams.extend({ layer: z.string().min(1) }),
  }),
}
