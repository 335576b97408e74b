// The database of a workspace is deleted, overwritten, cut or sprinkled with random bytes: the command line and the host say
// so, offer to make it anew, and nothing is lost.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ReindexResultSchema, type RunDetail, type RunSummary } from '../contract/commands.ts'
import { toOrganMosaicError } from '../contract/errors.ts'
import { createHandler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { createServices } from '../electron/services/create-services.ts'
import type { Services } from '../electron/services/services.ts'
import { temporaryFolder } from '../electron/services/datasets/write-test-folder.ts'
import { exampleDataset, saveDatasets } from '../electron/services/fixtures/example-dataset.ts'
import { appendEvents, exampleEvents } from '../electron/services/fixtures/example-events.ts'
import { openWorkspace } from '../electron/services/workspace/open-workspace.ts'
import { runFolder } from '../electron/services/workspace/run-store.ts'
import { createRandom } from '../trainer/imaging/random.ts'

/** Of both runs enough that the index has many pages. */
const EVENTS = 400

interface Work {
  readonly home: string
  readonly file: string
  /** What there is to see of it. */
  readonly before: { runs: RunSummary[]; first: RunDetail }
}

function prepare(): Work {
  const workspace = openWorkspace(join(temporaryFolder(), 'home'))
  saveDatasets(workspace, exampleDataset('site-a', ['liver']), exampleDataset('site-b', ['spleen']))
  const services = createServices({ home: workspace.home })
  const request = { datasets: ['site-a', 'site-b'], preset: 'quick' as const }
  for (const name of ['first', 'second']) {
    services.createRun({ ...request, name })
    const folder = runFolder(workspace, name)
    const [state, , , metrics] = exampleEvents
    const more = Array.from({ length: EVENTS }, (_, n) => ({ ...metrics, seq: n + 2 }))
    appendEvents(folder, [state, ...more, { ...exampleEvents.at(-1)!, seq: EVENTS + 2 }])
  }
  services.reindex()
  const before = look(services)
  services.close()
  return { home: workspace.home, file: workspace.databaseFile, before }
}

const look = (services: Services): Work['before'] => ({ runs: services.listRuns(), first: services.getRun('first') })

function sprinkle(file: string, seed: number): void {
  const bytes = readFileSync(file)
  const random = createRandom(seed, 'damage')
  // Behind the header: such a file opens, and fails when its pages are read.
  for (let n = 0; n < bytes.length / 64; n++) bytes[100 + Math.floor(random.between(0, bytes.length - 100))] ^= 0xff
  writeFileSync(file, bytes)
}

/** One byte of a text in it, which no check of pages notices. */
function flip(file: string, text: string): void {
  const bytes = readFileSync(file)
  let found = 0
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1), found++) bytes[at + 3] ^= 0xff
  expect(found).toBeGreaterThan(0)
  writeFileSync(file, bytes)
}

const DAMAGES: readonly [name: string, said: RegExp, damage: (file: string) => void][] = [
  ['deleted', /index .* was gone, and is new\. Nothing is lost/, (file) => rmSync(file)],
  ['emptied', /was gone, and is new/, (file) => truncateSync(file, 0)],
  [
    'overwritten',
    /index was damaged, and lies aside as .*\.damaged\. Nothing is lost/,
    (file) => writeFileSync(file, Buffer.alloc(9000, 'xyz')),
  ],
  ['cut', /damaged/, (file) => truncateSync(file, 5 * 4096)],
  ['sprinkled', /damaged/, (file) => sprinkle(file, 1)],
  ['sprinkled otherwise', /damaged/, (file) => sprinkle(file, 2)],
  ['with one byte of a list changed', /damaged \(a row of runs is not/, (file) => flip(file, '["site-a"')],
  ['with one byte of a state changed', /damaged \(a row of events is not/, (file) => flip(file, '{"state":"finished"')],
  ['with one byte of a preset changed', /damaged \(a row of runs is not/, (file) => flip(file, 'quick')],
  ['with the name of a column changed', /damaged \(no such column/, (file) => flip(file, 'validation_dice REAL')],
]

test('every 17th byte is changed under a host that runs: whatever it is asked, it says so', async () => {
  const { home, file, before } = prepare()
  const services = createServices({ home })
  const info = describeApp(services, 'web')
  const handler = createHandler(implementApi(services, () => info))
  const bytes = readFileSync(file)
  for (let at = 100; at < bytes.length; at += 17) bytes[at] ^= 0xff
  // Into the file that is open, not into a new one.
  writeFileSync(file, bytes, { flag: 'r+' })
  appendEvents(runFolder(services.workspace, 'first'), [{ ...exampleEvents[3], seq: EVENTS + 3 }])

  for (const path of [
    '/runs/first',
    '/runs/second',
    '/runs/first/log?since=0',
    '/runs/first/metrics?since=0&points=9',
  ]) {
    const response = await handler(new Request(`http://127.0.0.1/api${path}`))
    expect(await response.json()).toMatchObject({
      error: { code: 'index', message: expect.stringContaining('organ-mosaic reindex') },
    })
  }
  const listed = await handler(new Request('http://127.0.0.1/api/runs'))
  expect(await listed.json()).toMatchObject(before.runs.map(({ name, state }) => ({ name, state })))
  expect(services.index.problem()).toMatch(/is damaged .*Rebuild the index/)
  services.close()
})

test('what SQLite refuses of what we write is damage, as is what it does not find', () => {
  const refused = (code: string) => toOrganMosaicError(Object.assign(new Error('cannot store TEXT value'), { code }))
  for (const code of ['SQLITE_CONSTRAINT_DATATYPE', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_MISMATCH', 'SQLITE_ERROR'])
    expect(refused(code)).toMatchObject({ code: 'index', message: expect.stringContaining('organ-mosaic reindex') })
  for (const code of ['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_FULL']) expect(refused(code).code).not.toBe('index')
})

describe.each(DAMAGES)('%s', (name, said, damage) => {
  const onCommandLine = !['emptied', 'cut', 'sprinkled otherwise'].includes(name)

  test('the host says so, and rebuilds it while it goes on', async () => {
    const { home, file, before } = prepare()
    damage(file)
    const services = createServices({ home })
    const info = describeApp(services, 'web')
    const handler = createHandler(implementApi(services, () => info))
    const ask = async (method: string, path: string): Promise<unknown> =>
      (await handler(new Request(`http://127.0.0.1/api${path}`, { method }))).json()

    // Lists come from the folders meanwhile.
    expect(await ask('GET', '/runs')).toMatchObject(before.runs.map(({ name, state }) => ({ name, state })))
    expect(await ask('GET', '/machine/index')).toEqual({ problem: expect.stringMatching(said) })
    const { id } = (await ask('POST', '/machine/index/rebuild')) as { id: string }
    await expect.poll(() => services.tasks.get(id).state).toBe('done')
    expect(ReindexResultSchema.parse(services.tasks.get(id).result)).toMatchObject({
      datasets: 2,
      runs: 2,
      skipped: [],
    })
    expect(await ask('GET', '/machine/index')).toEqual({ problem: null })
    expect(look(services)).toEqual(before)
    services.close()
    const later = createServices({ home })
    expect([await later.index.check(), look(later)]).toEqual([null, before])
    later.close()
  })

  test.runIf(onCommandLine)(
    'the command line says so, and reindex makes it whole',
    () => {
      const { home, file, before } = prepare()
      damage(file)
      const mosaic = (...words: string[]) => {
        const main = join(import.meta.dirname, '../electron/hosts/cli/main.ts')
        return spawnSync(process.execPath, [main, '--home', home, '--json', ...words], { encoding: 'utf8' })
      }
      const listed = mosaic('runs')
      expect(listed.status).toBe(0)
      expect(JSON.parse(listed.stdout)).toMatchObject({
        runs: before.runs.map((run) => ({ name: run.name, state: run.state })),
      })
      expect(listed.stderr).toMatch(/index .*(gone|damaged).*organ-mosaic reindex/s)
      // The row of a run heals when it is asked for by its name.
      if (/state|column/.test(name))
        expect(mosaic('run', 'first').stdout).toMatch(/index .*damaged.*organ-mosaic reindex/)
      expect(JSON.parse(mosaic('reindex').stdout)).toMatchObject({ datasets: 2, runs: 2, skipped: [] })
      expect(JSON.parse(mosaic('runs').stdout)).toEqual({ runs: before.runs })
      const again = mosaic('run', 'first')
      expect([again.stderr, JSON.parse(again.stdout)]).toEqual(['', before.first])
      expect(existsSync(join(home, 'runs', 'first', 'events.jsonl'))).toBe(true)
    },
    60_000,
  )
})
