// The machine and the index of the workspace, for a report.
import { statfsSync, statSync } from 'node:fs'
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem, uptime, version } from 'node:os'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import { MIGRATIONS, TABLES } from '../database/migrations.ts'
import { schemaVersion, type Database } from '../database/open-database.ts'
import { jobVersions } from '../runs/job-versions.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import type { Scrubber } from './scrub-text.ts'

const gigabytes = (bytes: number): number => Number((bytes / 2 ** 30).toFixed(2))

export function machineFacts({ home }: Workspace): Record<string, unknown> {
  const { type, bsize, blocks, bavail } = statfsSync(home)
  return {
    versions: jobVersions(),
    system: `${platform()} ${release()} ${arch()}`,
    systemVersion: version(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: { total: gigabytes(totalmem()), free: gigabytes(freemem()) },
    // 0x6969 is NFS, for example: statfs(2) lists them.
    workspaceDisk: {
      type: `0x${type.toString(16)}`,
      totalGb: gigabytes(bsize * blocks),
      freeGb: gigabytes(bsize * bavail),
    },
    upSeconds: Math.round(uptime()),
    desktop: process.versions['electron'] ?? null,
  }
}

/** @param problem what is wrong with the file */
export function indexFacts(
  database: Database,
  file: string,
  problem: string | null,
  { text }: Scrubber,
): Record<string, unknown> {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? null
  try {
    const rows = TABLES.map((table) => {
      const count = database.prepare<[], { rows: number }>(`SELECT count(*) AS rows FROM ${table}`).get()
      return [table, count?.rows ?? 0] as const
    })
    return {
      bytes,
      check: problem === null ? 'ok' : text(problem),
      schema: schemaVersion(database),
      known: MIGRATIONS.length,
      rows: Object.fromEntries(rows),
    }
  } catch (thrown) {
    return {
      bytes,
      check: text(problem ?? toOrganMosaicError(thrown).message),
      known: MIGRATIONS.length,
    }
  }
}
