// The one JSON report that an evaluation or a probe leaves in its job folder.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { readJsonFile } from '../workspace/json-file.ts'

/** @throws OrganMosaicError `internal` without a report, `invalid-file` when it fails the schema */
export function readJobReport<T extends z.ZodType>(folder: string, schema: T): z.infer<T> {
  const reports = join(folder, 'report')
  const file = existsSync(reports) ? readdirSync(reports).find((name) => name.endsWith('.json')) : undefined
  if (file === undefined) throw new OrganMosaicError('internal', `The job finished and left no report in ${reports}.`)
  return readJsonFile(join(reports, file), schema)
}
