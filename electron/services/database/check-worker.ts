// A thread that reads a whole index once and says whether it is sound; a large one takes seconds.
import { parentPort, workerData } from 'node:worker_threads'
import BetterSqlite3 from 'better-sqlite3'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import { quickCheck } from './open-database.ts'

export type CheckAnswer = { damage: string | null }

const file = workerData as string
let damage: string | null
try {
  const database = new BetterSqlite3(file, { readonly: true, timeout: 10_000 })
  damage = quickCheck(database)
  database.close()
} catch (thrown) {
  const { code, details } = toOrganMosaicError(thrown)
  damage = code === 'index' ? String(details['reason']) : null
}
parentPort?.postMessage({ damage } satisfies CheckAnswer)
