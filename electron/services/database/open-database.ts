// Opens the index of the workspace: SQLite in WAL mode, brought to the newest schema.
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import BetterSqlite3 from 'better-sqlite3'
import { OrganMosaicError, toOrganMosaicError } from '../../../contract/errors.ts'
import { MIGRATIONS } from './migrations.ts'

export type Database = BetterSqlite3.Database

/**
 * @param file absolute path, or ':memory:'
 * @throws OrganMosaicError `index` when the file is damaged or no database, `environment` when it is locked for long or of
 * a newer version
 */
export function openDatabase(file: string, migrations: readonly string[] = MIGRATIONS): Database {
  let database: Database | undefined
  try {
    // Before SQLite opens it, which would leave files beside it.
    refuseNewer(storedVersion(file), file, migrations)
    database = new BetterSqlite3(file, { timeout: 10_000 })
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    migrate(database, file, migrations)
    return database
  } catch (cause) {
    database?.close()
    const known = toOrganMosaicError(cause)
    // A step that fails is a mistake of ours; the file is as it was.
    const isStep = cause instanceof BetterSqlite3.SqliteError && cause.code === 'SQLITE_ERROR'
    if (cause instanceof OrganMosaicError || (known.code === 'index' && !isStep)) throw known
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OrganMosaicError(
      'environment',
      `The database ${file} cannot be opened (${reason}). It is only an index: delete it and run organ-mosaic reindex.`,
      { cause },
    )
  }
}

/** Takes the missing steps, each in a transaction of its own together with its number. */
function migrate(database: Database, file: string, migrations: readonly string[]): void {
  const takeNextStep = database.transaction((): boolean => {
    const version = schemaVersion(database)
    refuseNewer(version, file, migrations)
    const step = migrations[version]
    if (step === undefined) return false
    database.exec(step)
    database.pragma(`user_version = ${version + 1}`)
    return true
  })
  keepCopy(database, file, migrations)
  // Immediate: two processes that open a new workspace at once take turns instead of both migrating.
  while (takeNextStep.immediate());
}

function refuseNewer(version: number, file: string, migrations: readonly string[]): void {
  if (version <= migrations.length) return
  throw new OrganMosaicError(
    'environment',
    `The database ${file} has schema version ${version}, this OrganMosaic knows ${migrations.length}: a newer version was used here. Update OrganMosaic, or choose another workspace with --home. Nothing was changed. The database is only an index: without it, organ-mosaic reindex makes an older one.`,
  )
}

/** Bytes 60 to 63 of an SQLite file. 0 for a file that is not there, or too short. */
function storedVersion(file: string): number {
  if (!existsSync(file)) return 0
  const header = Buffer.alloc(64)
  const handle = openSync(file, 'r')
  try {
    const isSqlite = readSync(handle, header, 0, 64, 0) === 64 && header.toString('latin1', 0, 15) === 'SQLite format 3'
    return isSqlite ? header.readUInt32BE(60) : 0
  } finally {
    closeSync(handle)
  }
}

/** Of the file as it is before it is migrated; the one of the last time makes room. */
function keepCopy(database: Database, file: string, migrations: readonly string[]): void {
  const version = schemaVersion(database)
  if (version === 0 || version >= migrations.length || file === ':memory:') return
  // Two processes may do this at once.
  const own = `${file}.before-update.${process.pid}`
  rmSync(own, { force: true })
  database.prepare('VACUUM INTO ?').run(own)
  renameSync(own, `${file}.before-update`)
}

export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }))
}

/** What is wrong with the file, page by page; null when nothing is. */
export function quickCheck(database: Database): string | null {
  const said = String(database.pragma('quick_check(1)', { simple: true }))
  return said === 'ok' ? null : said.replaceAll('\n', ' ')
}
