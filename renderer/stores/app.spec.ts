// The store against answers and events in every order that a busy host may give them.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AppEvent } from '../../contract/api/app.ts'
import type { Task } from '../../contract/task.ts'
import { useAppStore } from './app.ts'

const task = (state: Task['state']): Task => ({
  id: 'a',
  kind: 'inspect',
  title: 'Looking into a folder',
  subject: '/data',
  state,
  done: 0,
  total: 0,
  message: '',
  secondsLeft: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
  error: null,
  result: null,
})

/** A host whose answers wait until the test gives them. */
let answers: Map<string, PromiseWithResolvers<unknown>>
let stream: ReadableStreamDefaultController<Uint8Array>
const answerOf = (path: string): PromiseWithResolvers<unknown> => {
  if (!answers.has(path)) answers.set(path, Promise.withResolvers())
  return answers.get(path)!
}
const send = async (event: AppEvent): Promise<void> => {
  stream.enqueue(new TextEncoder().encode(`${JSON.stringify(event)}\n`))
  await new Promise((resolve) => setTimeout(resolve, 5))
}

beforeEach(() => {
  answers = new Map()
  setActivePinia(createPinia())
  vi.stubGlobal('fetch', async (path: string) => {
    if (path === '/api/events') return new Response(new ReadableStream({ start: (opened) => void (stream = opened) }))
    return Response.json(await answerOf(path).promise)
  })
})
afterEach(() => vi.unstubAllGlobals())

async function started() {
  const store = useAppStore()
  answerOf('/api/app').resolve({})
  await store.start()
  return store
}

test('the end of a task is noticed when it comes while the task is being asked for', async () => {
  const store = await started()
  const ended = store.taskEnd('a')
  await send({ type: 'task', task: task('done') })
  answerOf('/api/tasks/a').resolve(task('running'))
  expect(await ended).toEqual(task('done'))
})

test('the end of a task is noticed when it came before anybody asked', async () => {
  const store = await started()
  answerOf('/api/tasks/a').resolve(task('failed'))
  expect(await store.taskEnd('a')).toEqual(task('failed'))
})

test('the end of a task is noticed when it came while nobody was connected', async () => {
  const store = await started()
  answerOf('/api/tasks/a').resolve(task('running'))
  const ended = store.taskEnd('a')
  answerOf('/api/tasks').resolve([task('cancelled')])
  await send({ type: 'hello' })
  expect(await ended).toEqual(task('cancelled'))
})

test('an answer that is older than an event changes nothing', async () => {
  const store = await started()
  await send({ type: 'hello' })
  await send({ type: 'task', task: task('done') })
  answerOf('/api/tasks').resolve([task('running')])
  await send({ type: 'datasets' })
  expect(store.tasks).toEqual([task('done')])
  expect(store.runningTasks).toEqual([])
})
