// Opens the index of the workspace: SQLite in WAL mode, brought to the newest schema.
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
    database = new BetterSqlite3(file, { timeout: 10_000 })
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    migrate(database, file, migrations)
    return database
  } catch (cause) {
    database?.close()
    const known = toOrganMosaicError(cause)
    if (cause instanceof OrganMosaicError || known.code === 'index') throw known
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
    if (version > migrations.length) {
      throw new OrganMosaicError(
        'environment',
        `The database ${file} has schema version ${version}, this OrganMosaic knows ${migrations.length}; update OrganMosaic, or delete the file and run organ-mosaic reindex.`,
      )
    }
    const step = migrations[version]
    if (step === undefined) return false
    database.exec(step)
    database.pragma(`user_version = ${version + 1}`)
    return true
  })
  // Immediate: two processes that open a new workspace at once take turns instead of both migrating.
  while (takeNextStep.immediate());
}

export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }))
}

/** What is wrong with the file, page by page; null when nothing is. */
export function quickCheck(database: Database): string | null {
  const said = String(database.pragma('quick_check(1)', { simple: true }))
  return said === 'ok' ? null : said.replaceAll('\n', ' ')
}
