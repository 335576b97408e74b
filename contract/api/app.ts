// The application itself: what it is, what is going on in it, and the machine it runs on.
import { z } from 'zod'
import { RunSummarySchema } from '../commands.ts'
import { OrganIdSchema, OrganSchema } from '../organ.ts'
import { TaskSchema } from '../task.ts'
import { UpdateCheckSchema, UpdatesSchema } from '../updates.ts'
import { route } from './route.ts'

export const AppInfoSchema = z.object({
  version: z.string(),
  home: z.string().describe('The workspace, absolute'),
  readOnly: z.string().nullable().describe('Why the workspace can only be looked at; null: it can be worked with'),
  host: z.enum(['web', 'electron']),
  platform: z.string(),
  /** Folder names may be listed below these. */
  roots: z.array(z.string()),
})
export type AppInfo = z.infer<typeof AppInfoSchema>

/** One line of the event stream. Thin on purpose: it says what changed, and the client reads what it needs. */
export const AppEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello') }),
  z.object({ type: z.literal('task'), task: TaskSchema }),
  z.object({ type: z.literal('run'), run: RunSummarySchema, lastSeq: z.int() }),
  z.object({ type: z.literal('run-removed'), name: z.string() }),
  z.object({ type: z.literal('datasets') }).describe('The list of datasets, or one of them, changed'),
])
export type AppEvent = z.infer<typeof AppEventSchema>

const taskParams = z.object({ task: z.string() })

export const appRoutes = {
  getApp: route('GET', '/app', 'What this application is and where its workspace lies', { response: AppInfoSchema }),
  getUpdates: route('GET', '/updates', 'What the last look for a newer version found; asks nobody', {
    response: UpdatesSchema,
  }),
  lookForUpdate: route('POST', '/updates', 'Asks for the newest version; nothing else is sent', {
    response: UpdateCheckSchema,
  }),
  getVocabulary: route('GET', '/vocabulary', 'The organ vocabulary', { response: z.array(OrganSchema) }),
  getKeptColors: route(
    'GET',
    '/vocabulary/kept-colors',
    'Colours that label files propose for organs beyond the vocabulary',
    {
      response: z.record(OrganIdSchema, z.string()),
    },
  ),
  watchEvents: route('GET', '/events', 'What changes, one JSON object a line, until the client leaves', {
    kind: 'stream',
    response: AppEventSchema,
  }),
  listTasks: route('GET', '/tasks', 'Tasks of this host, newest first', { response: z.array(TaskSchema) }),
  getTask: route('GET', '/tasks/:task', 'One task', { params: taskParams, response: TaskSchema }),
  cancelTask: route('DELETE', '/tasks/:task', 'Asks a task to stop', { params: taskParams, response: TaskSchema }),
}
