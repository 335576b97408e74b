// The API as a host serves it, without a network: the real handler on real services in a workspace of its own.
import { expect, onTestFinished } from 'vitest'
import { TaskSchema, type Task } from '../../contract/task.ts'
import { createHandler, type Handler } from '../../electron/hosts/api/create-handler.ts'
import { describeApp } from '../../electron/hosts/api/describe-app.ts'
import { implementApi } from '../../electron/hosts/api/implement-api.ts'
import { createServices } from '../../electron/services/create-services.ts'
import type { Services } from '../../electron/services/services.ts'
import { temporaryFolder } from '../../electron/services/datasets/write-test-folder.ts'

export interface Host {
  readonly home: string
  readonly services: Services
  readonly send: (method: string, path: string, body?: unknown) => Promise<Response>
  readonly json: (method: string, path: string, body?: unknown) => Promise<unknown>
  /** Starts a task and waits for its end. */
  readonly task: (method: string, path: string, body?: unknown) => Promise<Task>
}

/** @param roots folders that may be named */
export function openHost(...roots: string[]): Host {
  const home = temporaryFolder()
  const services = createServices({ home, roots })
  onTestFinished(() => services.close())
  const info = describeApp(services, 'web')
  const handler: Handler = createHandler(implementApi(services, () => info))
  const send: Host['send'] = (method, path, body) =>
    handler(
      new Request(`http://127.0.0.1/api${path}`, {
        method,
        ...(body === undefined ? {} : bodyOf(body)),
      }),
    )
  const json: Host['json'] = async (...call) => {
    const response = await send(...call)
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(JSON.stringify(answer))
    return answer
  }
  const task: Host['task'] = async (...call) => {
    const { id } = TaskSchema.parse(await json(...call))
    await expect.poll(() => services.tasks.get(id).state, { timeout: 60_000, interval: 10 }).not.toBe('running')
    return services.tasks.get(id)
  }
  return { home, services, send, json, task }
}

const bodyOf = (body: unknown): RequestInit =>
  body instanceof Uint8Array
    ? { body: new Blob([new Uint8Array(body)]), headers: { 'content-type': 'application/octet-stream' } }
    : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
