// Gathers a report, shows what is in it, and gives exactly that away.
import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { ReportRequestSchema, type ReportContents, type ReportRequest } from '../../../contract/problem-report.ts'
import type { DoctorReport } from '../../../contract/report.ts'
import { writeFileAtomically } from '../../../trainer/imaging/write-file-atomically.ts'
import { packZip } from '../archives/pack-zip.ts'
import type { Database } from '../database/open-database.ts'
import type { Watch } from '../jobs/run-job.ts'
import type { Tasks } from '../tasks/create-tasks.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, readRun, runFolder } from '../workspace/run-store.ts'
import { gatherReport } from './gather-report.ts'
import type { GatheredFile } from './gathered-file.ts'

export interface ReportDesk {
  /** Examines the machine, which takes some seconds. @throws OrganMosaicError `not-found` for a run that there is not */
  readonly prepare: (request: ReportRequest, watch?: Watch) => Promise<ReportContents>
  /** One of its files. @throws OrganMosaicError `not-found` */
  readonly read: (id: string, file: string) => string
  readonly archive: (id: string) => { name: string; bytes: Buffer }
  /** Never over a file that is there. @throws OrganMosaicError `conflict`, `disk` */
  readonly write: (id: string, path: string) => Promise<void>
}

export interface ReportParts {
  readonly workspace: Workspace
  readonly database: Database
  readonly checkIndex: () => Promise<string | null>
  readonly tasks: Tasks
  readonly doctor: (watch?: Watch) => Promise<DoctorReport>
}

interface Prepared {
  readonly name: string
  readonly files: readonly GatheredFile[]
  readonly bytes: Buffer
}

const NEWEST_RUNS = 3
/** Prepared ones are kept while somebody looks at them. */
const KEPT = 4

export function createReportDesk(parts: ReportParts): ReportDesk {
  const { workspace, tasks } = parts
  const prepared = new Map<string, Prepared>()
  const find = (id: string): Prepared => {
    const found = prepared.get(id)
    if (found) return found
    throw new OrganMosaicError('not-found', 'This report is gone; gather it again.')
  }
  return {
    async prepare(request, watch) {
      const { runs } = ReportRequestSchema.parse(request)
      runs.forEach((name) => void readRun(workspace, name))
      const doctor = await parts.doctor(watch)
      const taskErrors = tasks.list().flatMap(({ kind, error }) => (error ? [{ kind, ...error }] : []))
      const indexProblem = await parts.checkIndex()
      const sources = { workspace, database: parts.database, indexProblem, doctor, taskErrors }
      const { files, names } = gatherReport(sources, runs.length > 0 ? runs : newestRuns(workspace))
      const bytes = packZip(files.map(({ name, text }) => ({ name, content: text })))
      const id = randomUUID()
      prepared.set(id, { name: `organ-mosaic-report-${new Date().toISOString().slice(0, 10)}.zip`, files, bytes })
      for (const old of [...prepared.keys()].slice(0, -KEPT)) prepared.delete(old)
      return {
        id,
        suggestedName: find(id).name,
        bytes: bytes.length,
        files: files.map(({ name, about, text }) => ({ name, about, bytes: Buffer.byteLength(text) })),
        names: [...names],
      }
    },
    read(id, file) {
      const found = find(id).files.find(({ name }) => name === file)
      if (found) return found.text
      throw new OrganMosaicError('not-found', `The report holds no ${file}.`)
    },
    archive: (id) => find(id),
    async write(id, path) {
      if (existsSync(path)) {
        throw new OrganMosaicError('conflict', `${path} exists already; choose another file with --output.`)
      }
      if (!existsSync(dirname(path))) {
        throw new OrganMosaicError(
          'not-found',
          `There is no folder ${dirname(path)}; make it, or choose another file with --output.`,
        )
      }
      await writeFileAtomically(path, find(id).bytes)
    },
  }
}

/** By the last word of their journals. */
function newestRuns(workspace: Workspace): string[] {
  const changed = (name: string): number =>
    statSync(runFolder(workspace, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
  return listRunNames(workspace)
    .sort((a, b) => changed(b) - changed(a))
    .slice(0, NEWEST_RUNS)
}
