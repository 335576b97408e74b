// Every route that is more than a question, asked of a workspace that can only be looked at: those that would change it are
// refused, and a new one has to be put here. The disk itself could be written: what is not refused would be seen.
import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { api, type RouteName } from '../../../contract/api/index.ts'
import { StudyConfigSchema } from '../../../contract/study.ts'
import { createServices } from '../../services/create-services.ts'
import { exampleDataset, saveDatasets, temporaryWorkspace } from '../../services/fixtures/example-dataset.ts'
import type { Services } from '../../services/services.ts'
import { beginStudy, noteStudy } from '../../services/study/study-store.ts'
import { refuseWriting } from '../../services/workspace/refuse-writing.ts'
import { hashFiles } from '../../../tests/helpers/hash-files.ts'
import { createHandler, type Handler } from './create-handler.ts'
import { describeApp } from './describe-app.ts'
import { implementApi } from './implement-api.ts'

const reading = { datasets: ['site-a', 'site-b'], preset: 'quick' }
const study = { ...reading, name: 'ladder', test: 'test', rows: [{ name: 'plain', method: 'marginal' }] }
const folder = temporaryWorkspace().home
const id = randomUUID()

/** Of those that are refused: what is put in for the names of a path, and a body that would be taken otherwise. */
const REFUSED: Partial<Record<RouteName, { of?: string[]; body?: unknown }>> = {
  registerDataset: { body: { folder, name: 'new', role: 'train', mapping: [] } },
  inspectFolder: { body: { folder } },
  createDemoStudy: {},
  editDataset: { of: ['site-a'], body: { name: 'other' } },
  excludeCases: { of: ['site-a'], body: { cases: ['site-a-1'], excluded: true } },
  groupPatients: { of: ['site-a'], body: { rule: null } },
  repairLabels: { of: ['site-a'], body: { cases: ['site-a-1'], repair: null } },
  rescanDataset: { of: ['site-a'] },
  relinkDataset: { of: ['site-a'], body: { folder } },
  removeDataset: { of: ['site-a'] },
  restoreDataset: { of: [id] },
  beginUpload: { body: { name: 'folder', files: 1, bytes: 1 } },
  uploadFile: { of: [`${id}/file?path=a.nii`] },
  endUpload: { of: [id] },
  cancelUpload: { of: [id] },
  saveSettings: { body: { compute: { device: 'cpu' } } },
  importModel: { body: { file: folder } },
  startEvaluation: { of: ['first'], body: { dataset: 'test' } },
  sendReview: { of: ['first'], body: { accepted: true } },
  startExport: { of: ['first'], body: { output: `${folder}/new` } },
  startPrediction: { of: ['first'], body: { output: `${folder}/new`, inputs: [folder] } },
  uploadImage: { of: ['a.nii'], body: 'x' },
  removeUpload: { of: ['a.nii'] },
  createRun: { body: { ...reading, name: 'second' } },
  resumeRun: { of: ['first'], body: {} },
  controlRun: { of: ['first'], body: { request: 'pause' } },
  removeRun: { of: ['first'] },
  restoreRun: { of: [id] },
  startPreflight: { body: reading },
  startStudy: { body: study },
  measureStudy: { body: study },
  resumeStudy: { of: ['kept'] },
  controlStudy: { of: ['kept'], body: { request: 'cancel' } },
  removeStudy: { of: ['kept'] },
  restoreStudy: { of: [id] },
}

/** They leave the workspace as it is. */
const ALLOWED: readonly RouteName[] = [
  ...(['lookForUpdate', 'cancelTask', 'checkPlace', 'startDoctor', 'startReport', 'rebuildIndex'] as const),
  ...(['planExport', 'planPrediction', 'previewConfig', 'previewRun', 'planStudy'] as const),
  // What they write lies elsewhere.
  ...(['createFolder', 'exportModel', 'installGpu', 'removeGpu'] as const),
]

const names = Object.keys(REFUSED) as RouteName[]
let services: Services
let handler: Handler
let before: Record<string, string>

beforeAll(() => {
  const workspace = temporaryWorkspace()
  saveDatasets(workspace, exampleDataset('site-a', ['liver']), exampleDataset('site-b', ['spleen']))
  saveDatasets(workspace, exampleDataset('test', ['liver', 'spleen'], { role: 'test' }))
  const all = createServices({ home: workspace.home, roots: [folder] })
  all.createRun({ name: 'first', datasets: ['site-a', 'site-b'], preset: 'quick' })
  beginStudy(workspace, StudyConfigSchema.parse({ ...study, name: 'kept' }))
  noteStudy(workspace, 'kept', 'paused')
  services = refuseWriting({ ...all, workspace: { ...all.workspace, readOnly: 'a test' } })
  handler = createHandler(implementApi(services, () => describeApp(services, 'web')))
  before = filesOf(workspace.home)
  return () => services.close()
})

/** Without the index, which is not in a workspace that cannot be written. */
const filesOf = (home: string): Record<string, string> =>
  Object.fromEntries(Object.entries(hashFiles(home)).filter(([path]) => !path.includes('.sqlite')))

test('each route that is no question is in one of the two lists', () => {
  const asking = (Object.keys(api) as RouteName[]).filter((name) => api[name].method !== 'GET')
  expect([...names, ...ALLOWED].sort()).toEqual(asking.sort())
})

test.each(names)('%s is refused, and changes nothing', async (name) => {
  expect(await refusalOf(name)).toMatch(/^The workspace .* is read-only \(a test\): it can be looked at/)
  expect(filesOf(services.workspace.home)).toEqual(before)
})

/** @returns what it answers, or its task when that has ended */
async function refusalOf(name: RouteName): Promise<string | undefined> {
  const { of = [], body } = REFUSED[name]!
  const path = of.reduce((filled, value) => filled.replace(/:\w+(\/file)?/, value), api[name].path)
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await handler(new Request(`http://127.0.0.1/api${path}`, { method: api[name].method, ...sent }))
  const answer = (await response.json()) as { id?: string; error?: { message: string } }
  if (!response.ok || answer.id === undefined) return answer.error?.message
  const task = answer.id
  await expect.poll(() => services.tasks.get(task).state).not.toBe('running')
  return services.tasks.get(task).error?.message
}
