// Every failure a person can meet is an OrganMosaicError: a code for programs, one clear sentence for people.
// A message says what was expected, what came, where, and the next step.
import { z } from 'zod'
import { describeRefusal, diskRefusal } from './disk-refusal.ts'

/** The kinds of failure. `usage` ends a command with exit code 2, all others with 1. */
export const ErrorCodeSchema = z.enum([
  'usage', // the call itself is wrong: unknown option, missing argument, value out of range
  'not-found', // a dataset, run, file or checkpoint that was named does not exist
  'conflict', // the name is taken, the run is already active, the state does not allow the call
  'invalid-file', // a file is damaged, truncated, or of a kind that is not understood
  'invalid-data', // a file reads well but its content cannot be used (shape, labels, NaN, ...)
  'invalid-config', // a run configuration that cannot be trained
  'leakage', // test data, or a patient or image that is also in test data, would be trained on
  'environment', // TensorFlow, memory or permissions of this machine
  'disk', // what must be written cannot be: the disk is full, over a quota, read-only or damaged
  'index', // the database of the workspace is damaged, and can be made anew from the folders
  'out-of-memory', // the trainer was refused memory, on the machine or on its graphics card
  'job-failed', // the trainer child ended without finishing
  'internal', // a bug
])
export type ErrorCode = z.infer<typeof ErrorCodeSchema>

export const ErrorReportSchema = z.object({
  error: z.object({
    code: ErrorCodeSchema,
    message: z.string().min(1),
    details: z.record(z.string(), z.unknown()).default({}),
  }),
})
export type ErrorReport = z.infer<typeof ErrorReportSchema>

export class OrganMosaicError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, options: { details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'OrganMosaicError'
    this.code = code
    this.details = options.details ?? {}
  }

  toReport(): ErrorReport {
    return { error: { code: this.code, message: this.message, details: this.details } }
  }
}

/** Any thrown value as an OrganMosaicError; what is not one yet becomes `disk` or `internal` with its cause kept. */
export function toOrganMosaicError(thrown: unknown): OrganMosaicError {
  const known = asDiskError(thrown)
  if (known instanceof OrganMosaicError) return known
  const message = known instanceof Error ? known.message : String(known)
  if (isIndexDamage(known)) return indexDamage(message, known)
  return new OrganMosaicError('internal', message, { cause: known })
}

/** @param reason what stands there and cannot be */
export function indexDamage(reason: string, cause?: unknown): OrganMosaicError {
  const say = `The index of the workspace is damaged (${reason}). Nothing is lost: make it anew with organ-mosaic reindex, or with Rebuild the index in the window.`
  return new OrganMosaicError('index', say, { cause, details: { reason } })
}

/**
 * SQLite met what it did not write itself. Statements and values are ours and fit the schema, so that a column that is not
 * there, a constraint that fails or a type that does not match comes from bytes that changed on the disk.
 */
const INDEX_DAMAGE = /^SQLITE_(CORRUPT|NOTADB|CONSTRAINT|MISMATCH|TOOBIG|FORMAT|ERROR)(_|$)/

function isIndexDamage(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && INDEX_DAMAGE.test(String(thrown.code))
}

/**
 * @param path what was being written; unless given, the one that the system names
 * @returns an OrganMosaicError `disk` where a disk took nothing more; every other value as it came
 */
export function asDiskError(thrown: unknown, path?: string): unknown {
  const refusal = diskRefusal(thrown)
  if (refusal === null) return thrown
  const named = path ?? (thrown instanceof Error && 'path' in thrown ? String(thrown.path) : null)
  return new OrganMosaicError('disk', describeRefusal(refusal, named), {
    cause: thrown,
    details: { refusal, path: named },
  })
}
