// 200 runs of 20,000 numbers: listed and opened by a host that has just started, through the request handler, first with
// nothing indexed and while a thread indexes them, then with everything in the index.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { createHandler, type Handler } from '../electron/hosts/api/create-handler.ts'
import { createServices } from '../electron/services/create-services.ts'
import type { Services } from '../electron/services/services.ts'
import type { Row } from './benches.ts'
import { temporaryHome, writeRuns } from './many-runs.ts'
import { createShortRun, registerPhantoms } from './phantom-runs.ts'

const row = (measure: string, value: number): Row => ({ bench: 'runs', measure, value, unit: 'ms' })
const OPENED = ['/runs/run-100', '/runs/run-100/metrics', '/runs/run-100/log']

export async function benchRuns(): Promise<Row[]> {
  const { services, datasets } = await registerPhantoms(3, 16, 0.3)
  const job = createShortRun({ services, name: 'runs', datasets, stages: '1', set: [] })
  services.close()
  const home = temporaryHome()
  writeRuns(join(home, 'runs'), job, 200, 20_000)
  return [...(await withHandler(home, measureFirst)), ...(await withHandler(home, measureLater))]
}

async function measureFirst(handler: Handler, { tasks }: Services): Promise<Row[]> {
  const begun = performance.now()
  const first = await timeRequests(handler, ['/runs'])
  let longest = 0
  while (tasks.list().some(({ state }) => state === 'running')) {
    await sleep(200)
    longest = Math.max(longest, await timeRequests(handler, ['/runs']))
  }
  return [
    row('first list, nothing indexed', first),
    row('longest list while indexing', longest),
    row('until everything is indexed', performance.now() - begun),
  ]
}

async function measureLater(handler: Handler): Promise<Row[]> {
  return [
    row('list after a start', await timeRequests(handler, ['/runs'])),
    row('list again', await timeRequests(handler, ['/runs'])),
    row('open one after a start', await timeRequests(handler, OPENED)),
    row('open one again', await timeRequests(handler, OPENED)),
  ]
}

async function withHandler<T>(home: string, work: (handler: Handler, services: Services) => Promise<T>): Promise<T> {
  const services = createServices({ home })
  const info = describeApp(services, 'web')
  try {
    return await work(createHandler(implementApi(services, () => info)), services)
  } finally {
    services.close()
  }
}

/** Of requests that a page makes at once. @returns milliseconds until all answers are read */
async function timeRequests(handler: Handler, paths: readonly string[]): Promise<number> {
  const started = performance.now()
  await Promise.all(paths.map(async (path) => (await handler(new Request(`http://127.0.0.1/api${path}`))).text()))
  return performance.now() - started
}
