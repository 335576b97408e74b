// The machine that runs the host: folders to choose from, doctor, settings.
import { z } from 'zod'
import { NameSchema } from '../name.ts'
import { GpuPlanSchema, GpuStatusSchema } from '../gpu.ts'
import { ReportRequestSchema } from '../problem-report.ts'
import { SettingsSchema } from '../settings.ts'
import { TaskSchema } from '../task.ts'
import { route } from './route.ts'

const FolderEntrySchema = z.object({
  name: z.string(),
  path: z.string().describe('Absolute'),
  /** A hint only: files that look like medical images in it and a few levels below. */
  images: z.int().nonnegative(),
  counted: z.boolean().describe('false: counting was given up, there may be more'),
})
export type FolderEntry = z.infer<typeof FolderEntrySchema>

export const FolderListingSchema = z.object({
  path: z.string().nullable().describe('null: the places where one may begin'),
  /** From the place one began at to this folder, which is the last. */
  crumbs: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Alphabetical, without hidden ones. */
  folders: z.array(FolderEntrySchema),
  /** Archives in this folder, alphabetical: datasets, images to segment, models. */
  archives: z.array(z.object({ name: z.string(), path: z.string(), bytes: z.number().nonnegative() })),
  /** Images in this folder itself. */
  images: z.int().nonnegative(),
  /** Whether there are more folders than were listed. */
  truncated: z.boolean(),
})
export type FolderListing = z.infer<typeof FolderListingSchema>

export const machineRoutes = {
  listFolders: route('GET', '/machine/folders', 'The folders in a folder, or the places where one may begin', {
    query: z.object({ path: z.string().min(1).optional() }),
    response: FolderListingSchema,
  }),
  createFolder: route('POST', '/machine/folders', 'Makes a new folder in a folder, and lists it', {
    body: z.object({ parent: z.string().min(1), name: z.string() }),
    response: FolderListingSchema,
  }),
  getSettings: route('GET', '/machine/settings', 'The settings of the workspace', { response: SettingsSchema }),
  saveSettings: route('PUT', '/machine/settings', 'Replaces the settings of the workspace', {
    body: SettingsSchema,
    response: SettingsSchema,
  }),
  checkPlace: route('POST', '/machine/places/:place/check', 'Looks whether runs may be trained at a place', {
    params: z.object({ place: NameSchema }),
    response: TaskSchema.describe('check-place; its result is a PlaceCheck'),
  }),
  getGpu: route('GET', '/machine/gpu', "Whether TensorFlow's GPU runtime is there", { response: GpuStatusSchema }),
  planGpu: route('GET', '/machine/gpu/plan', 'What installing the GPU runtime would fetch; asks the package index', {
    response: GpuPlanSchema,
  }),
  installGpu: route('POST', '/machine/gpu', 'Installs the GPU runtime; the result of the task is a GpuProof', {
    response: TaskSchema,
  }),
  removeGpu: route('DELETE', '/machine/gpu', 'Removes the GPU runtime', { response: GpuStatusSchema }),
  startDoctor: route('POST', '/machine/doctor', 'Examines this machine; the result of the task is a DoctorReport', {
    response: TaskSchema,
  }),
  checkIndex: route('GET', '/machine/index', 'Whether the database of the workspace is sound', {
    response: z.object({ problem: z.string().nullable().describe('A sentence for people') }),
  }),
  rebuildIndex: route('POST', '/machine/index/rebuild', 'The database anew from the folders; a ReindexResult', {
    response: TaskSchema,
  }),
  startReport: route('POST', '/machine/reports', 'Gathers a report of a problem; the result is its ReportContents', {
    body: ReportRequestSchema,
    response: TaskSchema,
  }),
  readReportFile: route('GET', '/machine/reports/:report/file', 'A file of a report, as it will be sent', {
    params: z.object({ report: z.string() }),
    query: z.object({ name: z.string() }),
    response: z.object({ text: z.string() }),
  }),
  getReport: route('GET', '/machine/reports/:report/archive', 'A report as a ZIP file', {
    kind: 'binary',
    params: z.object({ report: z.string() }),
  }),
}
