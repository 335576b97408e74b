// JSON files of the workspace: written in one piece, checked against their schema when read.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { asDiskError, OrganMosaicError } from '../../../contract/errors.ts'

/**
 * Temporary file, flush, rename: a reader sees the old content or the new one, never half of it.
 * @throws OrganMosaicError `disk` when it is full, over a quota, read-only or damaged
 */
export function writeJsonFile(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { flush: true })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw asDiskError(error, path)
  }
}

/** @throws OrganMosaicError `not-found` without the file, `invalid-file` when it is no JSON or fails the schema */
export function readJsonFile<T extends z.ZodType>(path: string, schema: T): z.infer<T> {
  if (!existsSync(path)) throw new OrganMosaicError('not-found', `Expected the file ${path}, and it does not exist.`)
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new OrganMosaicError('invalid-file', `${path} should hold JSON and cannot be read as such.`, { cause })
  }
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  throw new OrganMosaicError('invalid-file', `${path} does not hold what it should: ${describeIssues(parsed.error)}`)
}

/** The first three problems of a zod error on one line, each with its path. */
export function describeIssues(error: z.ZodError): string {
  const shown = error.issues
    .slice(0, 3)
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message))
  const more = error.issues.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}
