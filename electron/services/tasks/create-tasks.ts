// Work that a window watches: each task has a state, a progress, a result, and can be asked to stop.
import { randomUUID } from 'node:crypto'
import { OrganMosaicError, toOrganMosaicError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { Task, TaskKind } from '../../../contract/task.ts'

export interface TaskContext {
  readonly signal: AbortSignal
  /** @param progress what changed; secondsLeft is estimated from the rate unless given */
  readonly report: (progress: Partial<Pick<Task, 'done' | 'total' | 'message' | 'secondsLeft'>>) => void
  /** Passes the progress of a job on. */
  readonly onEvent: (event: JobEvent) => void
}

export interface Tasks {
  /** Starts at once; the result must be JSON. @returns the task as it begins */
  start: (
    what: { kind: TaskKind; title: string; subject: string },
    work: (context: TaskContext) => Promise<unknown>,
  ) => Task
  /** Newest first. */
  list: () => Task[]
  /** @throws OrganMosaicError `not-found` */
  get: (id: string) => Task
  /** Asks to stop; the task says `cancelled` once it did. @throws OrganMosaicError `not-found` */
  cancel: (id: string) => Task
  /** @returns a function that ends the subscription */
  subscribe: (listener: (task: Task) => void) => () => void
  /** Asks every task to stop and waits until they have. */
  close: () => Promise<void>
}

const KEPT = 200
/** Listeners hear of progress at most this often. */
const QUIET_MS = 100

interface Entry {
  task: Task
  readonly controller: AbortController
  ended: Promise<void>
}

export function createTasks(): Tasks {
  const entries = new Map<string, Entry>()
  const listeners = new Set<(task: Task) => void>()
  const tell = (task: Task): void => listeners.forEach((listener) => listener(task))

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry) return entry
    throw new OrganMosaicError('not-found', `There is no task ${id}; tasks end with the application that ran them.`)
  }

  function forgetOldest(): void {
    for (const [id, { task }] of entries) {
      if (entries.size <= KEPT) return
      if (task.state !== 'running') entries.delete(id)
    }
  }

  return {
    start(what, work) {
      const entry: Entry = { task: newTask(what), controller: new AbortController(), ended: Promise.resolve() }
      entries.set(entry.task.id, entry)
      forgetOldest()
      const update = (change: Partial<Task>): void => {
        entry.task = { ...entry.task, ...change }
        tell(entry.task)
      }
      entry.ended = run(entry, work, update)
      tell(entry.task)
      return entry.task
    },
    list: () => [...entries.values()].map(({ task }) => task).reverse(),
    get: (id) => entryOf(id).task,
    cancel(id) {
      const entry = entryOf(id)
      entry.controller.abort(new OrganMosaicError('conflict', `${entry.task.title} was cancelled.`))
      return entry.task
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      for (const { controller } of entries.values()) controller.abort()
      await Promise.allSettled([...entries.values()].map(({ ended }) => ended))
      listeners.clear()
    },
  }
}

function newTask({ kind, title, subject }: { kind: TaskKind; title: string; subject: string }): Task {
  return {
    id: randomUUID(),
    kind,
    title,
    subject,
    state: 'running',
    done: 0,
    total: 0,
    message: '',
    secondsLeft: null,
    startedAt: new Date().toISOString(),
    endedAt: null,
    error: null,
    result: null,
  }
}

/** Never rejects: how it ended is in the task. */
async function run(
  { controller }: Entry,
  work: (context: TaskContext) => Promise<unknown>,
  update: (change: Partial<Task>) => void,
): Promise<void> {
  const started = performance.now()
  let told = -Infinity
  const report: TaskContext['report'] = (progress) => {
    const { done = 0, total = 0 } = progress
    const elapsed = (performance.now() - started) / 1000
    const secondsLeft = done > 0 && total > done ? (elapsed / done) * (total - done) : null
    if (performance.now() - told < QUIET_MS && done < total) return
    told = performance.now()
    update({ secondsLeft, ...progress })
  }
  const onEvent = (event: JobEvent): void => {
    if (event.type !== 'progress') return
    const { done, total, message, secondsLeft } = event
    report({ done, total, message, secondsLeft })
  }
  // Begins in the next turn, so that whoever started the task knows it before its first report.
  await Promise.resolve()
  try {
    const result = await work({ signal: controller.signal, report, onEvent })
    update({ state: 'done', result, secondsLeft: 0, endedAt: new Date().toISOString() })
  } catch (thrown) {
    const { error } = toOrganMosaicError(thrown).toReport()
    const state = controller.signal.aborted ? 'cancelled' : 'failed'
    update({ state, error, secondsLeft: null, endedAt: new Date().toISOString() })
  }
}
