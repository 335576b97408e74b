// A process of its own that registers a folder as the window does, while something asks it for the list of datasets all
// the time: `node bench/registration/measure-registration.ts SETTING`, RegistrationTimes out.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { TaskSchema, type Task } from '../../contract/task.ts'
import { createHandler } from '../../electron/hosts/api/create-handler.ts'
import { describeApp } from '../../electron/hosts/api/describe-app.ts'
import { implementApi } from '../../electron/hosts/api/implement-api.ts'
import { createServices } from '../../electron/services/create-services.ts'
import type { RegistrationSetting, RegistrationTimes } from './registration-setting.ts'

const ASKED_EVERY_MS = 20
const { folder, home, name } = JSON.parse(process.argv[2] ?? '') as RegistrationSetting
const services = createServices({ home, roots: [folder] })
const info = describeApp(services, 'web')
const handler = createHandler(implementApi(services, () => info))

async function call(path: string, body?: object): Promise<unknown> {
  const init = body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await handler(new Request(`http://127.0.0.1/api${path}`, init))
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(JSON.stringify(answer))
  return answer
}

/** Until the task ended. @returns milliseconds of every request */
async function askMeanwhile(ended: Promise<unknown>): Promise<number[]> {
  const waits: number[] = []
  let going = true
  void ended.then(() => (going = false))
  while (going) {
    const asked = performance.now()
    await call('/datasets')
    waits.push(performance.now() - asked)
    await sleep(ASKED_EVERY_MS)
  }
  return waits
}

const endOf = (id: string): Promise<Task> =>
  new Promise((resolve) => {
    services.tasks.subscribe((task) => {
      if (task.id === id && task.state !== 'running') resolve(task)
    })
  })

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

await call('/datasets')
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
const [started, usage] = [performance.now(), process.cpuUsage()]
const task = TaskSchema.parse(await call('/datasets', { folder, name, role: 'train', mapping: [] }))
const ended = endOf(task.id)
const waits = await askMeanwhile(ended)
const { state, error } = await ended
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(usage)
delay.disable()
if (state !== 'done') throw new Error(error?.message)
const result: RegistrationTimes = {
  seconds,
  usableCases: (await services.datasetDesk.get(name)).summary.usableCases,
  loopP99Ms: delay.percentile(99) / 1e6,
  loopMostMs: delay.max / 1e6,
  requestP99Ms: quantile(waits, 0.99),
  requestMostMs: Math.max(...waits),
  peakMb: process.resourceUsage().maxRSS / 1024,
  cores: (user + system) / 1e6 / seconds,
}
console.log(JSON.stringify(result))
services.close()
