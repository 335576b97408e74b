// `npm run soak`: many tiny trainings one after another through a real host that a page watches all the time. Its memory, file
// descriptors, handles and database are measured on the way; what grows steadily fails.
// usage: node scripts/start.mjs bench/soak.ts [RUNS]     200 unless given
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunConfigInput } from '../contract/run-config.ts'
import { createServices } from '../electron/services/create-services.ts'
import { generatePhantomStudy } from '../electron/services/demo/phantom/generate-phantom-study.ts'
import { startHost, type HostProcess } from '../tests/helpers/host-process.ts'
import { judgeSamples, renderSamples, type Sample } from './soak/judge-samples.ts'

const EVERY = 10
/** Most runs train stage 1 alone, which is half the work; what a host does for them is the same. */
const BOTH_STAGES_EVERY = 10
/** As little as a training of both stages can be. */
const SETTINGS: RunConfigInput = {
  network: { baseChannels: 2, levels: 2 },
  plan: { patch: [16, 16, 16], maxMedianVoxels: 4096 },
  runtime: { threads: 1 },
  stage1: { steps: 1, validateEvery: 1 },
  stage2: { steps: 1, validateEvery: 1 },
}

async function prepare(home: string): Promise<string[]> {
  const services = createServices({ home })
  const { sites } = await generatePhantomStudy(join(home, 'study'), {
    seed: 7,
    trainingCases: 3,
    testCases: 0,
    resolution: 0.25,
  })
  const chosen = sites.slice(0, 2)
  for (const { name, folder } of chosen) await services.registerDataset({ name, folder })
  services.close()
  return chosen.map(({ name }) => name)
}

/** As the page of a run asks while it trains, and what it shows afterwards. */
async function trainThroughPage(host: HostProcess, n: number, datasets: readonly string[]): Promise<void> {
  const name = `soak-${n}`
  const stages = n % BOTH_STAGES_EVERY === 0 ? '1,2' : '1'
  await host.ask('POST', '/runs', { name, datasets, preset: 'quick', stages, changes: SETTINGS })
  for (;;) {
    const { summary } = (await host.ask('GET', `/runs/${name}`)) as { summary: { state: string } }
    if (summary.state === 'finished') break
    if (!['running', 'queued'].includes(summary.state)) throw new Error(`${name} is ${summary.state}`)
    await sleep(500)
  }
  for (const path of [
    '/runs',
    `/runs/${name}/metrics`,
    `/runs/${name}/log`,
    `/runs/${name}/slices`,
    '/datasets',
    '/tasks',
  ]) {
    await host.ask('GET', path)
  }
  const [dataset = ''] = datasets
  const { cases } = (await host.ask('GET', `/datasets/${dataset}`)) as { cases: { id: string }[] }
  for (const { id } of cases) {
    const place = `/datasets/${dataset}/cases/${encodeURIComponent(id)}`
    for (const path of [`${place}/thumbnail`, `${place}/layers/image/volume`])
      await (await host.fetch(path)).arrayBuffer()
  }
}

/** The page's stream of events stays open. */
async function watch(host: HostProcess): Promise<void> {
  const { body } = await host.fetch('/events')
  if (body) for await (const chunk of body) void chunk
}

interface Measured {
  readonly memory: NodeJS.MemoryUsage
  /** Of V8's young generation. */
  readonly youngBytes: number
  readonly resources: readonly string[]
}

async function measure(host: HostProcess, home: string, runs: number): Promise<Sample> {
  const answer = once(host.child, 'message')
  host.child.send('measure')
  const [{ memory, youngBytes, resources }] = (await answer) as [Measured]
  const database = ['', '-wal'].map((end) =>
    statSync(join(home, `organ-mosaic.sqlite${end}`), { throwIfNoEntry: false }),
  )
  return {
    runs,
    rssMb: memory.rss / 2 ** 20,
    settledMb: (memory.rss - youngBytes) / 2 ** 20,
    heapMb: memory.heapUsed / 2 ** 20,
    externalMb: memory.external / 2 ** 20,
    files: process.platform === 'linux' ? readdirSync(`/proc/${host.child.pid}/fd`).length : 0,
    resources: resources.length,
    databaseKb: database.reduce((sum, found) => sum + (found?.size ?? 0), 0) / 1024,
  }
}

async function soak(count: number): Promise<void> {
  const home = join(mkdtempSync(join(tmpdir(), 'organ-mosaic-soak-')), 'home')
  const datasets = await prepare(home)
  const host = await startHost(home, ['--expose-gc'])
  const samples: Sample[] = []
  const started = performance.now()
  watch(host).catch(() => undefined)
  for (let n = 1; n <= count; n++) {
    await trainThroughPage(host, n, datasets)
    if (n % EVERY > 0 && n < count) continue
    samples.push(await measure(host, home, n))
    console.error(
      `${n} of ${count} after ${Math.round((performance.now() - started) / 1000)} s: ${JSON.stringify(samples.at(-1))}`,
    )
  }
  await host.close()
  console.log(renderSamples(samples))
  const growing = judgeSamples(samples)
  for (const line of growing) console.error(line)
  process.exitCode = growing.length > 0 ? 1 : 0
  // What grew can be looked for in what it left.
  if (growing.length === 0) rmSync(join(home, '..'), { recursive: true, force: true })
}

await soak(Number(process.argv[2] ?? 200))
