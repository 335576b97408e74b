// claims/N of a job folder: who took the job to work on it, the N-th time. A number is given once, whoever asks and from
// whichever machine, and no claim is ever changed or removed: nothing has to be locked.
import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobProcess } from '../../contract/job.ts'
import { readProcess } from './process-liveness.ts'

export interface Claim {
  readonly number: number
  /** null: it is being written, or was left half written. */
  readonly process: JobProcess | null
}

const folderOf = (folder: string): string => join(folder, 'claims')

/** null when nobody claimed the job yet. */
export function lastClaim(folder: string): Claim | null {
  const numbers = namesIn(folderOf(folder)).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  if (numbers.length === 0) return null
  const number = Math.max(...numbers)
  return { number, process: readProcess(join(folderOf(folder), String(number))) }
}

/** @returns false when somebody else has the number */
export function makeClaim(folder: string, number: number, process: JobProcess): boolean {
  mkdirSync(folderOf(folder), { recursive: true })
  const path = join(folderOf(folder), String(number))
  const draft = join(folderOf(folder), `.${randomUUID()}`)
  try {
    writeFileSync(draft, JSON.stringify(process))
    return createOnce(draft, path, JSON.stringify(process))
  } finally {
    rmSync(draft, { force: true })
  }
}

/** A link appears with its whole content or not at all; a file system without links gets a file that is new or refused. */
function createOnce(draft: string, path: string, content: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (thrown) {
    if (isThere(thrown)) return false
  }
  try {
    writeFileSync(path, content, { flag: 'wx' })
    return true
  } catch (thrown) {
    if (isThere(thrown)) return false
    throw thrown
  }
}

const isThere = (thrown: unknown): boolean => thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST'

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
