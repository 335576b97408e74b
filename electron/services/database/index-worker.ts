// A thread that brings the index of runs up to date, one after the other, while the host goes on answering.
import { parentPort, workerData } from 'node:worker_threads'
import { toOrganMosaicError, type ErrorReport } from '../../../contract/errors.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readRun, runFolder } from '../workspace/run-store.ts'
import { indexRun } from './index-run.ts'
import { openDatabase } from './open-database.ts'

/** The name of a run, or why it could not be indexed. */
export type IndexAnswer = { run: string; problem: ErrorReport['error'] | null }

const port = parentPort
if (port === null) throw new Error('index-worker.ts runs as a worker thread')
const workspace = workerData as Workspace
const database = openDatabase(workspace.databaseFile)

port.on('message', (run: string) => {
  const answer = (problem: IndexAnswer['problem']): void => port.postMessage({ run, problem } satisfies IndexAnswer)
  try {
    indexRun(database, runFolder(workspace, run), readRun(workspace, run))
    answer(null)
  } catch (thrown) {
    answer(toOrganMosaicError(thrown).toReport().error)
  }
})
