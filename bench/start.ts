// From the command `organ-mosaic serve` to a page that can be used: the host until it prints its address, then the page
// in real Chromium until the Datasets screen answers, on a workspace with datasets and runs.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Browser } from 'playwright-core'
import { findBrowser } from '../tests/e2e/harness/find-browser.ts'
import type { BenchOptions, Row } from './benches.ts'
import { writeRuns } from './many-runs.ts'
import { createShortRun, registerPhantoms } from './phantom-runs.ts'

const root = join(import.meta.dirname, '..')
const row = (measure: string, value: number): Row => ({ bench: 'start', measure, value, unit: 'ms' })
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!

export async function benchStart({ rounds }: BenchOptions): Promise<Row[]> {
  const executablePath = findBrowser()
  if (!executablePath || !existsSync(join(root, 'dist/renderer/index.html'))) {
    console.error('start was left out: it needs Chromium (CHROME_PATH) and the built page (npm run build).')
    return []
  }
  const { services, datasets } = await registerPhantoms(3, 16, 0.3)
  const job = createShortRun({ services, name: 'runs', datasets, stages: '1', set: [] })
  const { home } = services.workspace
  writeRuns(join(home, 'runs'), job, 20, 2_000)
  services.listRuns()
  services.close()
  const browser = await chromium.launch({ executablePath })
  const times: Times[] = []
  try {
    for (let round = 0; round < rounds; round++) times.push(await measureStart(home, browser))
  } finally {
    await browser.close()
    rmSync(home, { recursive: true, force: true })
  }
  return [
    row('host, until it serves', median(times.map(({ hostMs }) => hostMs))),
    row('page, until Datasets can be used', median(times.map(({ pageMs }) => pageMs))),
    row('both', median(times.map(({ hostMs, pageMs }) => hostMs + pageMs))),
  ]
}

interface Times {
  readonly hostMs: number
  readonly pageMs: number
}

async function measureStart(home: string, browser: Browser): Promise<Times> {
  const started = performance.now()
  const host = spawn(process.execPath, [join(root, 'bin/organ-mosaic.mjs'), 'serve', '--home', home], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    const url = await addressOf(host)
    const served = performance.now()
    // Nothing is kept from the round before: a context of its own has an empty cache.
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
    const page = await context.newPage()
    await page.goto(url)
    // What is only painted cannot be used yet: a click has to open a dataset.
    await page.getByRole('region', { name: 'Datasets' }).getByRole('button').first().click()
    await page.waitForURL(/dataset=/)
    const usable = performance.now()
    await context.close()
    return { hostMs: served - started, pageMs: usable - served }
  } finally {
    const ended = once(host, 'exit')
    host.kill()
    await ended
  }
}

/** @throws when the host ends without printing one */
async function addressOf({ stdout, stderr }: ChildProcess): Promise<string> {
  for (const stream of [stderr, stdout]) {
    if (!stream) continue
    for await (const line of createInterface({ input: stream })) {
      const url = /http:\/\/\S+/.exec(line)?.[0]
      if (url) return url
    }
  }
  throw new Error('the host ended before it served')
}
