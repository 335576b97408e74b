// The index of a workspace that may be damaged or gone: a damaged file is put aside, a new one takes its place, and whoever
// holds the database goes on with that. Nothing is only in the index.
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import type { CheckAnswer } from './check-worker.ts'
import { openDatabase, type Database } from './open-database.ts'

export interface Index {
  /** The same object whichever file is behind it. */
  readonly database: Database
  /** A sentence for people; null when there is nothing to say. */
  readonly problem: () => string | null
  /** Reads the whole file, in a thread. @returns problem() */
  readonly check: () => Promise<string | null>
  /** Takes note where it is damage that something met. */
  readonly noteDamage: (thrown: unknown) => void
  /** Puts the file aside and begins an empty one. @throws OrganMosaicError `environment` */
  readonly replace: () => void
  /** It holds everything again. */
  readonly solved: () => void
  readonly close: () => void
}

const FILLS =
  'It fills again as datasets and runs are looked at; Rebuild the index, or organ-mosaic reindex, does it at once.'

/** @param holdsWork whether the workspace has datasets or runs: then an index that is not there was deleted */
export function openIndex(file: string, holdsWork: () => boolean): Index {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  let problem = size === 0 && holdsWork() ? `The index ${file} was gone, and is new. Nothing is lost. ${FILLS}` : null
  let current = openOrReplace()
  let checked: Promise<void> | null = null

  function openOrReplace(): Database {
    try {
      return openDatabase(file)
    } catch (thrown) {
      const error = toOrganMosaicError(thrown)
      if (error.code !== 'index' || !putAside(file)) throw thrown
      problem = `The index was damaged, and lies aside as ${asideName(file)}. Nothing is lost. ${FILLS}`
      return openDatabase(file)
    }
  }

  const sayDamage = (reason: string): void => {
    problem ??= `The index ${file} is damaged (${reason}). Nothing is lost: everything is in the folders. Rebuild the index here, or with organ-mosaic reindex.`
  }
  return {
    database: forwardTo(() => current),
    problem: () => problem,
    noteDamage(thrown) {
      const { code, details } = toOrganMosaicError(thrown)
      if (code === 'index') sayDamage(String(details['reason']))
    },
    async check() {
      checked ??= findDamage(file).then((damage) => void (damage === null || sayDamage(damage)))
      await checked
      return problem
    },
    replace() {
      current.close()
      putAside(file)
      checked = null
      current = openDatabase(file)
    },
    solved: () => void (problem = null),
    close: () => current.close(),
  }
}

/** Everything that is asked of it is asked of the file of the moment. */
function forwardTo(current: () => Database): Database {
  return new Proxy({} as Database, {
    get(_, key) {
      const database = current()
      const value: unknown = Reflect.get(database, key, database)
      return typeof value === 'function' ? (value.bind(database) as unknown) : value
    },
  })
}

const asideName = (file: string): string => `${file}.damaged`

/** @returns false where it cannot be moved: another program holds it, or the folder is read-only */
function putAside(file: string): boolean {
  try {
    if (existsSync(file)) renameSync(file, asideName(file))
    for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
    return true
  } catch {
    return false
  }
}

/** What SQLite says of the whole file; null when it is sound, or cannot be asked now. */
function findDamage(file: string): Promise<string | null> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('check-worker.ts', import.meta.url), { workerData: file })
    worker.on('message', ({ damage }: CheckAnswer) => resolve(damage))
    worker.on('error', () => resolve(null))
    worker.on('exit', () => resolve(null))
  })
}
