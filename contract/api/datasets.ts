// Datasets: what is registered, and what becomes of a folder before and after it is.
import { z } from 'zod'
import { ChannelsSchema, ModalitySchema } from '../channel.ts'
import { DatasetDetailSchema, DatasetSummarySchema } from '../commands.ts'
import { AvailabilityStateSchema } from '../case.ts'
import {
  DatasetChoicesSchema,
  DatasetRoleSchema,
  FolderReadingSchema,
  LabelSchema,
  LayoutIdSchema,
} from '../dataset.ts'
import { FindingSchema } from '../finding.ts'
import { NameSchema } from '../name.ts'
import { ShapeSchema, SpacingSchema } from '../geometry.ts'
import { LabelRepairSchema, SplitMethodSchema } from '../label-treatment.ts'
import { MappingFileSchema } from '../mapping-file.ts'
import { MatrixSchema } from '../matrix.ts'
import { OrganIdSchema } from '../organ.ts'
import { PatientRuleSchema } from '../patient-rule.ts'
import { TaskSchema } from '../task.ts'
import { route } from './route.ts'

const spread = <T extends z.ZodType>(item: T) => z.object({ min: item, median: item, max: item })

export const DatasetCardSchema = DatasetSummarySchema.extend({
  folderFound: z.boolean().describe('false: the folder was moved, or its drive is not connected'),
  patients: z.int().describe('Among the usable cases'),
})
export type DatasetCard = z.infer<typeof DatasetCardSchema>

export const DatasetPageSchema = DatasetDetailSchema.extend({
  summary: DatasetCardSchema,
  choices: DatasetChoicesSchema,
})
export type DatasetPage = z.infer<typeof DatasetPageSchema>

/** One label of a folder that was looked into: what it is called, what it would mean, how much of it there is. */
export const InspectedLabelSchema = z.object({
  key: z.string(),
  sourceName: z.string(),
  declared: z.boolean().describe('false: the value occurs, and nothing says what it means'),
  organs: z.array(OrganIdSchema).describe('What it means as things are; empty: nothing, or it is left out'),
  automatic: z.array(OrganIdSchema).describe('What it would mean without a word of the user'),
  leftOut: z.boolean().describe('As things are; its voxels were not counted then'),
  notOrgan: z.string().nullable().describe('Why it is left out without a word of the user, such as a target volume'),
  known: z.boolean().describe('The vocabulary knows the name'),
  color: z.string().nullable().describe('As the label files propose it'),
  split: LabelSchema.shape.split.describe('It is one side of a label that was split'),
  suggestions: z.array(OrganIdSchema).describe('Ids of the vocabulary, the likeliest first'),
  cases: z.int().describe('Cases with at least one voxel of it; with its mask, where it is left out'),
  voxels: z.number().describe('In all cases'),
  meanMl: z.number().nullable().describe('Over the cases that have it'),
  example: z.string().nullable().describe('The case that shows it best'),
})
export type InspectedLabel = z.infer<typeof InspectedLabelSchema>

/** How a label that covers organs of both sides was taken apart, case by case. */
export const InspectedSplitSchema = z.object({
  key: z.string(),
  cases: z.array(
    z.object({
      caseId: z.string(),
      method: SplitMethodSchema,
      planeMm: z.number().describe('LPS x of the plane between left and right'),
      leftMl: z.number(),
      rightMl: z.number(),
    }),
  ),
})
export type InspectedSplit = z.infer<typeof InspectedSplitSchema>

/** A case with labels beside its image, and what can be done about it. */
export const LabelOfferSchema = z.object({
  caseId: z.string(),
  files: z.array(z.string()).describe('Label files that do not lie on the image, relative to the root'),
  differenceMm: z.number().nullable().describe('Between corresponding corners; null for another number of voxels'),
  repairs: z.array(LabelRepairSchema).describe('That fit; a person says which is right'),
  chosen: z.object({ repair: LabelRepairSchema, at: z.iso.datetime() }).nullable(),
})
export type LabelOffer = z.infer<typeof LabelOfferSchema>

/** The result of an `inspect` task. */
export const InspectionSchema = z.object({
  folder: z.string(),
  dataset: NameSchema.nullable().describe('The registered dataset that was looked at again'),
  name: z.string().describe('Proposed; may be empty or taken'),
  role: DatasetRoleSchema,
  registeredAs: z.array(z.string()).describe('Datasets that are this folder already'),
  layout: LayoutIdSchema,
  layoutReason: z.string(),
  modality: ModalitySchema,
  channels: ChannelsSchema,
  cases: z.int(),
  usableCases: z.int(),
  patients: z.int(),
  shape: spread(ShapeSchema).nullable().describe('Each axis on its own, over usable cases; null without any'),
  spacingMm: spread(SpacingSchema).nullable(),
  labels: z.array(InspectedLabelSchema),
  splits: z.array(InspectedSplitSchema),
  notDrawn: z.array(z.string()).describe('Keys of labels that were not drawn where a label map has none of them'),
  findings: z.array(FindingSchema),
  volumes: z.int().describe('How many volumes its images hold, where one has to be chosen; else 0'),
  possibleChannels: z
    .array(z.string())
    .describe('Names that would make series of the folder, which are not used, channels of its cases'),
  subsets: z
    .array(z.string())
    .describe('Datasets of a table, or pipelines of a BIDS folder, of which one was looked at'),
  reading: FolderReadingSchema.describe('As it was looked at'),
})
export type Inspection = z.infer<typeof InspectionSchema>

/** The user's word on labels, without organs for one that is left out; what is not in it means what the vocabulary says. */
export const MappingSchema = z.array(z.object({ key: z.string().min(1), organs: z.array(OrganIdSchema) }))
export type Mapping = z.infer<typeof MappingSchema>

export const OrganCaseSchema = z.object({
  id: z.string(),
  state: AvailabilityStateSchema,
  volumeMl: z.number(),
})

export const UploadSchema = z.object({ upload: z.string(), folder: z.string().describe('Where its files will be') })

const params = z.object({ dataset: NameSchema })
const caseParams = z.object({ dataset: NameSchema, caseId: z.string().min(1) })
const uploadParams = z.object({ upload: z.string().regex(/^[0-9a-f-]{36}$/, 'expected the id of an upload') })
const folder = z.string().min(1).max(4096)

const notDrawn = DatasetChoicesSchema.shape.notDrawn

/** What was chosen so far in the window that looks. */
const lookingAgain = { reading: FolderReadingSchema.optional(), mapping: MappingSchema.optional(), notDrawn }

export const datasetRoutes = {
  listDatasets: route('GET', '/datasets', 'All datasets, alphabetical', { response: z.array(DatasetCardSchema) }),
  registerDataset: route('POST', '/datasets', 'Registers a folder, or reads that of a registered dataset again', {
    body: z.object({
      folder,
      name: NameSchema,
      role: DatasetRoleSchema,
      mapping: MappingSchema,
      reading: FolderReadingSchema.optional(),
      notDrawn,
    }),
    response: TaskSchema.describe('register; its result is a DatasetPage'),
  }),
  inspectFolder: route('POST', '/datasets/inspections', 'Looks into a folder; nothing is registered', {
    body: z.union([z.object({ folder, ...lookingAgain }), z.object({ dataset: NameSchema, ...lookingAgain })]),
    response: TaskSchema.describe('inspect; its result is an Inspection'),
  }),
  getLabelPicture: route('GET', '/datasets/inspections/:task/picture', 'A slice that shows a label of the folder', {
    kind: 'binary',
    params: z.object({ task: z.string() }),
    query: z.object({ label: z.string(), case: z.string().optional() }),
  }),
  createDemoStudy: route('POST', '/datasets/demo-study', 'Makes the phantom study and registers its datasets', {
    response: TaskSchema.describe('demo-study; its result is the list of names'),
  }),
  getDataset: route('GET', '/datasets/:dataset', 'One dataset: cases, statistics, findings', {
    params,
    response: DatasetPageSchema,
  }),
  editDataset: route('PATCH', '/datasets/:dataset', 'Another name or another role', {
    params,
    body: z.object({ name: NameSchema.optional(), role: DatasetRoleSchema.optional() }),
    response: DatasetPageSchema,
  }),
  excludeCases: route('PUT', '/datasets/:dataset/excluded', 'Leaves cases out, or takes them in again', {
    params,
    body: z.object({ cases: z.array(z.string()).min(1), excluded: z.boolean() }),
    response: DatasetPageSchema,
  }),
  groupPatients: route('PUT', '/datasets/:dataset/patients', 'Says which cases are scans of one patient', {
    params,
    body: z.object({ rule: PatientRuleSchema.nullable() }),
    response: DatasetPageSchema,
  }),
  getMapping: route('GET', '/datasets/:dataset/mapping', 'What its labels mean, as a file to share', {
    params,
    response: MappingFileSchema,
  }),
  listRepairs: route('GET', '/datasets/:dataset/repairs', 'Labels beside their image, and what could be done', {
    params,
    response: z.array(LabelOfferSchema),
  }),
  repairLabels: route('PUT', '/datasets/:dataset/repairs', 'Repairs labels whenever they are read, or no longer', {
    params,
    body: z.object({ cases: z.array(z.string()).min(1), repair: LabelRepairSchema.nullable() }),
    response: TaskSchema.describe('register; its result is a DatasetPage'),
  }),
  getRepairPicture: route('GET', '/datasets/:dataset/cases/:caseId/repair', 'A slice as a repair would show it', {
    kind: 'binary',
    params: caseParams,
    query: z.object({ repair: LabelRepairSchema }),
  }),
  rescanDataset: route('POST', '/datasets/:dataset/rescan', 'Looks for new and changed files', {
    params,
    response: TaskSchema.describe('register; its result is a DatasetPage'),
  }),
  relinkDataset: route('POST', '/datasets/:dataset/relink', 'The folder has moved', {
    params,
    body: z.object({ folder }),
    response: TaskSchema.describe('register; its result is a DatasetPage'),
  }),
  removeDataset: route('DELETE', '/datasets/:dataset', 'Takes a dataset off the list; its files stay', {
    params,
    response: z.object({ removed: z.string().describe('For restoreDataset') }),
  }),
  restoreDataset: route('POST', '/datasets/removed/:removed/restore', 'Takes the removal of a dataset back', {
    params: z.object({ removed: z.string() }),
    response: DatasetPageSchema,
  }),
  getThumbnail: route('GET', '/datasets/:dataset/thumbnail', 'A slice of a typical case, with its labels', {
    kind: 'binary',
    params,
  }),
  getCaseThumbnail: route('GET', '/datasets/:dataset/cases/:caseId/thumbnail', 'A slice of a case, with its labels', {
    kind: 'binary',
    params: caseParams,
  }),
  listOrganCases: route('GET', '/datasets/:dataset/organ-cases', 'What each usable case has of an organ', {
    params,
    query: z.object({ organ: OrganIdSchema }),
    response: z.array(OrganCaseSchema),
  }),
  getMatrix: route('GET', '/matrix', 'The availability matrix of some datasets', {
    query: z.object({ names: z.string().describe('Comma-separated, in row order') }),
    response: MatrixSchema,
  }),
  beginUpload: route('POST', '/uploads', 'Makes room for the files of a folder that a browser sends', {
    body: z.object({
      name: z.string().min(1).max(200).describe('Of the folder'),
      files: z.int().positive(),
      bytes: z.int().nonnegative(),
    }),
    response: UploadSchema,
  }),
  uploadFile: route('PUT', '/uploads/:upload/file', 'One file of an upload, as it is', {
    params: uploadParams,
    query: z.object({ path: z.string().min(1).max(1000).describe('Below the folder, with forward slashes') }),
    body: z.custom<Blob>(() => true),
  }),
  endUpload: route('POST', '/uploads/:upload/end', 'All files are there: the folder gets its name', {
    params: uploadParams,
    response: UploadSchema,
  }),
  cancelUpload: route('DELETE', '/uploads/:upload', 'Throws away what was sent of an upload', { params: uploadParams }),
}
