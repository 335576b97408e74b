// Rebuilds the index from the folders. The same function fills an empty database and repairs a doubtful one.
import type { ReindexResult } from '../../../contract/commands.ts'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import { listDatasetNames, readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, readRun, runFolder } from '../workspace/run-store.ts'
import { indexDataset } from './index-dataset.ts'
import { indexRun } from './index-run.ts'
import { TABLES } from './migrations.ts'
import { quickCheck, type Database } from './open-database.ts'
import type { Index } from './open-index.ts'

/** Into a new file where the old one is damaged, or turns out to be. */
export function rebuildIndex(index: Index, workspace: Workspace): ReindexResult {
  if (isDamaged(index.database)) index.replace()
  const result = reindexOrReplace(index, workspace)
  index.solved()
  return result
}

function reindexOrReplace(index: Index, workspace: Workspace): ReindexResult {
  try {
    return reindex(index.database, workspace)
  } catch (thrown) {
    if (toOrganMosaicError(thrown).code !== 'index') throw thrown
    index.replace()
    return reindex(index.database, workspace)
  }
}

function isDamaged(database: Database): boolean {
  try {
    return quickCheck(database) !== null
  } catch (thrown) {
    if (toOrganMosaicError(thrown).code === 'index') return true
    throw thrown
  }
}

/**
 * A folder that cannot be read is skipped and named in the result; it never ends the rebuilding.
 * @throws OrganMosaicError `index` where the old file does not take it
 */
export function reindex(database: Database, workspace: Workspace): ReindexResult {
  database.transaction(() => {
    // Each of its own: what a changed name parted from its run or dataset would not go with it.
    for (const table of TABLES) database.exec(`DELETE FROM ${table}`)
  })()
  const result: ReindexResult = { datasets: 0, cases: 0, runs: 0, events: 0, skipped: [] }
  const attempt = (what: string, work: () => void): void => {
    try {
      work()
    } catch (thrown) {
      const { code, message } = toOrganMosaicError(thrown)
      if (code === 'index') throw thrown
      result.skipped.push(`${what}: ${message}`)
    }
  }
  for (const name of listDatasetNames(workspace)) {
    attempt(`dataset ${name}`, () => {
      const dataset = readDataset(workspace, name)
      indexDataset(database, dataset)
      result.datasets += 1
      result.cases += dataset.cases.length
    })
  }
  for (const name of listRunNames(workspace)) {
    attempt(`run ${name}`, () => {
      result.events += indexRun(database, runFolder(workspace, name), readRun(workspace, name))
      result.runs += 1
    })
  }
  return result
}
