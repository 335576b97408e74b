// A workspace that cannot be written, as a colleague's on a share: it is looked at, changes are refused in one sentence, and
// it is worked with again once it can be written. A real disk that turns read-only, and a real user without permission.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
const refused = /^The workspace .* is read-only \(the disk is read-only\): it can be looked at/
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

  test('the machine is examined all the same: it can compute, and the workspace is what hinders', async () => {
    const { checks, probe } = await tiny.services.doctor()
    expect(checks.filter(({ status }) => status === 'error')).toMatchObject([
      { name: 'Workspace', value: `${tiny.home} is read-only (the disk is read-only)` },
    ])
    expect(probe?.gradientError).toBeLessThan(0.02)
  }, 60_000)

  const changes: Record<string, (services: Services) => unknown> = {
    'a run': ({ createRun }) => createRun({ name: 'x', datasets: tiny.datasets, preset: 'quick' }),
    'a run of the window': ({ runDesk }) => runDesk.remove('first'),
    'an evaluation': ({ evaluateRun }) => evaluateRun({ run: 'first', dataset: 'test' }),
    'a dataset': ({ datasetDesk }) => datasetDesk.edit('test', { name: 'other' }),
    'a folder': ({ datasetDesk }) => datasetDesk.startDemoStudy(),
    'a place': ({ places }) => places.save({ kind: 'ssh', name: 'box', host: 'box' }),
    settings: ({ settings }) => settings.save(settings.read()),
  }
  test.each(Object.keys(changes))('refuses a change: %s', (name) => {
    expect(() => changes[name]!(tiny.services)).toThrow(refused)
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
    for (const what of ['dataset', 'study']) {
      const removed = mosaic('remove', what, 'site-a')
      expect(removed).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing in it can be changed') })
    }
    expect(hashFiles(tiny.home)).toEqual(hashes)
  },
  timeout,
)
