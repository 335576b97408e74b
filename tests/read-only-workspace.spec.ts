// A workspace that cannot be written, as a colleague's on a share: it is looked at, changes are refused in one sentence, and
// it is worked with again once it can be written. A real disk that turns read-only, and a real user without permission.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, type RouteName } from '../contract/api/index.ts'
import { TaskSchema } from '../contract/task.ts'
import { createHandler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { createServices } from '../electron/services/create-services.ts'
import type { Services } from '../electron/services/services.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { openSmallDisk } from './helpers/small-disk.ts'
import { openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'
import { trainTiny } from './helpers/train-tiny.ts'

const timeout = 180_000
const disk = openSmallDisk(24)
const refused = /The workspace .* is read-only \(the disk is read-only\): it can be looked at/
const LOOKS = [
  '/datasets',
  '/datasets/site-a',
  '/matrix?names=site-a,site-b',
  '/runs',
  '/runs/first',
  '/runs/first/log',
  '/runs/first/metrics',
  '/datasets/test/cases/PHT_001/layers',
  '/evaluations',
  '/studies',
  '/machine/settings',
]

const run = { preset: 'quick', changes: {}, datasets: ['site-a', 'site-b'], stages: '1' }
const study = { name: 'first', datasets: ['site-a', 'site-b'], test: 'test', rows: [{ name: 'a', method: 'mutual' }] }
const IN_PATHS: Record<string, string> = { ':dataset': 'site-a', ':removed': randomUUID(), ':file': 'x.nii.gz' }
/** With what they are asked */
const CHANGES: Partial<Record<RouteName, object>> = {
  registerDataset: { folder: homedir(), name: 'x', role: 'train', mapping: [] },
  inspectFolder: { folder: homedir() },
  createDemoStudy: {},
  editDataset: { name: 'other' },
  excludeCases: { cases: ['PHA_001'], excluded: true },
  groupPatients: { rule: null },
  repairLabels: { cases: ['PHA_001'], repair: null },
  rescanDataset: {},
  relinkDataset: { folder: homedir() },
  removeDataset: {},
  restoreDataset: {},
  beginUpload: { name: 'x', files: 1, bytes: 1 },
  saveSettings: {},
  rebuildIndex: {},
  importModel: { file: homedir() },
  startEvaluation: { dataset: 'test' },
  sendReview: { accepted: true },
  startExport: { output: join(homedir(), 'x') },
  startPrediction: { output: join(homedir(), 'x'), inputs: [homedir()] },
  uploadImage: {},
  removeUpload: {},
  createRun: { ...run, name: 'x' },
  resumeRun: {},
  controlRun: { request: 'stop' },
  removeRun: {},
  restoreRun: {},
  startPreflight: run,
  startStudy: study,
  measureStudy: study,
  resumeStudy: {},
  controlStudy: { request: 'pause' },
  removeStudy: {},
  restoreStudy: {},
}
/** Plans and previews; what lies elsewhere on the machine; what only goes on where something else was begun. */
const CHANGE_NOTHING: RouteName[] = [
  ...([
    'previewConfig',
    'previewRun',
    'planStudy',
    'planExport',
    'planPrediction',
    'checkPlace',
    'cancelTask',
  ] as const),
  ...(['createFolder', 'exportModel', 'startReport', 'startDoctor', 'lookForUpdate'] as const),
  ...(['installGpu', 'removeGpu', 'uploadFile', 'endUpload', 'cancelUpload'] as const),
]

describe.skipIf(disk === null)('a read-only disk (skipped where this user may not mount one)', () => {
  const { folder, remount, close } = disk!
  let tiny: TinyStudy
  let before: unknown[]

  /** What a page is answered, without what tells of the moment. */
  const look = async (services: Services): Promise<unknown[]> => {
    const handler = createHandler(implementApi(services, () => describeApp(services, 'web')))
    return Promise.all(
      LOOKS.map(async (path) => {
        const response = await handler(new Request(`http://127.0.0.1/api${path}`))
        return [path, response.status, (await response.json()) as unknown]
      }),
    )
  }

  beforeAll(async () => {
    tiny = await openTinyStudy({ home: join(folder, 'home'), testCases: 1 })
    await trainTiny(tiny.services, { name: 'first', datasets: tiny.datasets })
    await tiny.services.evaluateRun({ run: 'first', dataset: 'test', savePredictions: true })
    before = await look(tiny.services)
    tiny.services.close()
    remount('ro')
    tiny.services = createServices({ home: tiny.home })
  }, timeout)
  afterAll(() => {
    tiny.services.close()
    close()
  })

  test('is looked at: what a page asks for is what it was', async () => {
    expect(before.map((answer) => (answer as [string, number])[1])).toEqual(LOOKS.map(() => 200))
    expect(await look(tiny.services)).toEqual(before)
    expect(describeApp(tiny.services, 'web').readOnly).toBe('the disk is read-only')
  })

  test('every layer of a case is drawn, and the models leave as an archive', async () => {
    const { volumes, models, tasks } = tiny.services
    const { layers } = volumes.viewCase('test', 'PHT_001')
    expect(layers.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['image', 'truth', 'prediction']))
    for (const { id } of layers) {
      const stream = await volumes.openVolume('test', 'PHT_001', id)
      expect((await new Response(stream).arrayBuffer()).byteLength).toBeGreaterThan(1000)
    }
    expect((await tiny.services.datasetDesk.drawThumbnail('test')).length).toBeGreaterThan(100)
    const output = join(mkdtempSync(join(tmpdir(), 'organ-mosaic-archive-')), 'first.zip')
    const { id } = models.startExport({ run: 'first', format: 'archive', output })
    await expect.poll(() => tasks.get(id).state, { timeout: 60_000 }).toBe('done')
  })

  /** What becomes of it, where the answer is a task. */
  const ended = async (answer: unknown): Promise<unknown> => {
    const task = TaskSchema.safeParse(answer)
    if (!task.success) return answer
    await expect.poll(() => tiny.services.tasks.get(task.data.id).state, { timeout: 60_000 }).not.toBe('running')
    return tiny.services.tasks.get(task.data.id).error
  }

  test('every route that changes something is refused, and a new one has to be named here', async () => {
    const handler = createHandler(implementApi(tiny.services, () => describeApp(tiny.services, 'web')))
    const routes = Object.entries(api).filter(([, { method }]) => method !== 'GET')
    expect(routes.map(([name]) => name).sort()).toEqual([...CHANGE_NOTHING, ...Object.keys(CHANGES)].sort())
    const answers = await Promise.all(
      routes.map(async ([name, { method, path }]) => {
        const body = CHANGES[name as RouteName]
        if (body === undefined) return []
        const url = `http://127.0.0.1/api${path.replace(/:\w+/g, (each) => IN_PATHS[each] ?? 'first')}`
        const headers = { 'content-type': 'application/json' }
        const sent = method === 'DELETE' ? {} : { headers, body: JSON.stringify(body) }
        const answer: unknown = await (await handler(new Request(url, { method, ...sent }))).json()
        const said = JSON.stringify(await ended(answer))
        return refused.test(said) ? [] : [[name, said]]
      }),
    )
    expect(answers.flat()).toEqual([])
  })

  test('is worked with again once it can be written', async () => {
    tiny.services.close()
    remount('rw')
    tiny.services = createServices({ home: tiny.home })
    expect(tiny.services.workspace.readOnly).toBeNull()
    expect(await look(tiny.services)).toEqual(before)
  })
})

const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups']
const mayChangeUser = spawnSync('setpriv', [...asNobody, 'true']).status === 0

test.skipIf(!mayChangeUser)(
  'a user without permission looks at it by commands (skipped where this user cannot become another one)',
  async () => {
    const tiny = await openTinyStudy()
    tiny.services.close()
    // Temporary folders are for their owner alone.
    for (const path of [dirname(tiny.home), tiny.home]) chmodSync(path, 0o755)
    const hashes = hashFiles(tiny.home)
    const mosaic = (...words: string[]) =>
      spawnSync(
        'setpriv',
        [
          ...asNobody,
          process.execPath,
          join(import.meta.dirname, '../electron/hosts/cli/main.ts'),
          '--home',
          tiny.home,
          ...words,
        ],
        { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/nonexistent' } },
      )
    const listed = mosaic('datasets')
    expect(listed).toMatchObject({ status: 0, stdout: expect.stringContaining('site-a') })
    expect(listed.stderr).toContain(`The workspace ${tiny.home} is read-only (no permission): it can be looked at`)
    const removed = mosaic('remove', 'dataset', 'site-a')
    expect(removed).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing in it can be changed') })
    expect(hashFiles(tiny.home)).toEqual(hashes)
  },
  timeout,
)
