// Tells of runs at once, however much of them the index does not hold yet: what would keep the host from answering is
// read by a thread, as a task with progress, and told of when it is done.
import { Worker } from 'node:worker_threads'
import type { RunSummary } from '../../../contract/commands.ts'
import { OrganMosaicError, toOrganMosaicError } from '../../../contract/errors.ts'
import { isIndexed, unreadBytes } from '../database/index-run.ts'
import type { IndexAnswer } from '../database/index-worker.ts'
import type { Database } from '../database/open-database.ts'
import type { TaskContext, Tasks } from '../tasks/create-tasks.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { runFolder } from '../workspace/run-store.ts'
import { listRuns, summariseNamed } from './run-queries.ts'
import { summariseFolder } from './summarise-folder.ts'

export interface RunIndexer {
  /** Without its Dice as long as its numbers are being read. @throws OrganMosaicError `not-found`, `invalid-file` */
  readonly summarise: (name: string) => RunSummary
  /** With its Dice, however long that takes. @throws OrganMosaicError `not-found`, `invalid-file` */
  readonly summariseSoon: (name: string) => RunSummary
  /** Newest first. */
  readonly list: () => RunSummary[]
  readonly close: () => Promise<void>
}

export interface RunIndexerParts {
  readonly database: Database
  readonly workspace: Workspace
  readonly tasks: Tasks
  /** The numbers of a run have been read. */
  readonly indexed: (name: string) => void
  /** Something was not to be had from the index. */
  readonly refused: (error: OrganMosaicError) => void
}

/** A journal of this length is indexed in about 10 ms. */
const AT_ONCE_BYTES = 256 * 1024

export function createRunIndexer({ database, workspace, tasks, indexed, refused }: RunIndexerParts): RunIndexer {
  const waiting = new Set<string>()
  /** What could not be indexed is told from its folder, and is not tried again and again. */
  const failed = new Set<string>()
  let worker: Worker | null = null
  let working = false

  function summarise(name: string): RunSummary {
    const folder = runFolder(workspace, name)
    if (isSmall(folder, name)) return summariseSoon(name)
    const summary = summariseFolder(workspace, name)
    if (!failed.has(name)) waiting.add(name)
    if (!working && waiting.size > 0) start()
    return summary
  }

  /** What is found out of a damaged index is found out again in summariseSoon. */
  function isSmall(folder: string, name: string): boolean {
    try {
      return isIndexed(database, folder, name) || unreadBytes(database, folder, name) <= AT_ONCE_BYTES
    } catch {
      return true
    }
  }

  /** The folder is the truth: it is told of even where the index has no place to be written to. */
  function summariseSoon(name: string): RunSummary {
    try {
      return summariseNamed(database, workspace, name)
    } catch (thrown) {
      const error = toOrganMosaicError(thrown)
      if (error.code !== 'index' && error.code !== 'disk') throw thrown
      refused(error)
      return summariseFolder(workspace, name)
    }
  }

  function start(): void {
    working = true
    const title = 'Reading the numbers of runs'
    tasks.start({ kind: 'index', title, subject: 'runs' }, (context) => indexAll(context).finally(end))
  }

  /** @returns how many */
  async function indexAll({ signal, report }: TaskContext): Promise<number> {
    worker = new Worker(new URL('../database/index-worker.ts', import.meta.url), { workerData: workspace })
    const abort = (): void => end()
    signal.addEventListener('abort', abort)
    let done = 0
    for (; waiting.size > 0; done++) {
      signal.throwIfAborted()
      const [name] = waiting
      report({ done, total: done + waiting.size, message: name })
      // Waiting for each answer also lets the host write in between.
      const { problem } = await ask(worker, name)
      waiting.delete(name)
      if (problem === null) indexed(name)
      else {
        failed.add(name)
        refused(new OrganMosaicError(problem.code, problem.message, { details: problem.details }))
      }
    }
    signal.removeEventListener('abort', abort)
    return done
  }

  function end(): void {
    working = false
    waiting.clear()
    void worker?.terminate()
    worker = null
  }

  return {
    summarise,
    summariseSoon,
    list: () => listRuns(workspace, summarise),
    async close() {
      const last = worker
      end()
      await last?.terminate()
    },
  }
}

/** @throws when the thread ends instead of answering */
function ask(worker: Worker, run: string): Promise<IndexAnswer> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => finish(() => reject(new Error('The thread that reads runs has ended.')))
    const onAnswer = (answer: IndexAnswer): void => finish(() => resolve(answer))
    const finish = (settle: () => void): void => {
      worker.off('message', onAnswer).off('error', onEnd).off('exit', onEnd)
      settle()
    }
    worker.on('message', onAnswer).on('error', onEnd).on('exit', onEnd)
    worker.postMessage(run)
  })
}
