// Which format a workspace is in, kept in its workspace.json. An older one is brought forward, after a copy of what people
// and services wrote into it; a newer one is refused before anything is touched.
import { cpSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { jobVersions } from '../runs/job-versions.ts'
import { writeJsonFile } from './json-file.ts'

const FormatSchema = z.object({
  format: z.int().positive(),
  application: z.string().describe('The newest version of OrganMosaic that opened it'),
})
type Format = z.infer<typeof FormatSchema>

export interface FormatStep {
  /** What it changes, for the person. */
  readonly about: string
  /** Must be able to run again over what it did before it was interrupted. */
  readonly run: (home: string) => void
}

/** The step from format N to N + 1 is at N - 1; workspaces without workspace.json are of format 1. */
export const FORMAT_STEPS: readonly FormatStep[] = []

/** Small, and not to be had again: images, models and caches stay as they are. */
const KEPT = ['*.json', 'datasets/*/*.json', 'studies/*/*.json', 'runs/*/*.json']

const fileOf = (home: string): string => join(home, 'workspace.json')

/** @throws OrganMosaicError `environment` when it belongs to a newer OrganMosaic; nothing is written then */
export function refuseNewerWorkspace(home: string, steps = FORMAT_STEPS): void {
  const { format, application } = readFormat(home)
  if (format <= newest(steps)) return
  throw new OrganMosaicError(
    'environment',
    `The workspace ${home} was used by OrganMosaic ${application} and is in format ${format}; this is ${version()} and knows formats up to ${newest(steps)}. Update OrganMosaic, or choose another workspace with --home. Nothing was changed.`,
    { details: { format, known: newest(steps) } },
  )
}

/**
 * Brings the workspace to the newest format; call refuseNewerWorkspace first.
 * @returns sentences for the person, empty when there was nothing to do
 */
export function bringForward(home: string, steps = FORMAT_STEPS): string[] {
  const found = readFormat(home)
  const missing = steps.slice(found.format - 1)
  const said = missing.length > 0 ? [`A copy of the workspace's files lies in ${keepCopy(home, found.format)}.`] : []
  missing.forEach(({ about, run }, i) => {
    run(home)
    // After each, so that an interruption between two steps repeats neither.
    writeFormat(home, found.format + i + 1, found.application)
    said.push(`${about} (format ${found.format + i + 1}).`)
  })
  if (missing.length > 0 || isOlder(found.application, version())) noteVersion(home, newest(steps))
  return said
}

/** Whether bringForward has nothing to change. */
export const hasNewestFormat = (home: string, steps = FORMAT_STEPS): boolean =>
  readFormat(home).format === newest(steps)

const newest = (steps: readonly FormatStep[]): number => steps.length + 1

const version = (): string => jobVersions()['organ-mosaic'] ?? 'unknown'

/** A full disk must not keep a workspace closed: the note is written the next time. */
function noteVersion(home: string, format: number): void {
  try {
    writeFormat(home, format, version())
  } catch (error) {
    if (!(error instanceof OrganMosaicError) || error.code !== 'disk') throw error
  }
}

/** One that cannot be read is as good as none: nothing depends on it but this. */
function readFormat(home: string): Format {
  const unmarked = { format: 1, application: 'of an unknown version' }
  try {
    return FormatSchema.parse(JSON.parse(readFileSync(fileOf(home), 'utf8')))
  } catch {
    return unmarked
  }
}

const writeFormat = (home: string, format: number, application: string): void =>
  writeJsonFile(fileOf(home), { format, application } satisfies Format)

/** 0.9.0 before 0.10.0; what is no version counts as older. */
const isOlder = (a: string, b: string): boolean => a.localeCompare(b, 'en', { numeric: true }) < 0 || !/^\d/.test(a)

/** @returns its folder */
function keepCopy(home: string, format: number): string {
  const stamp = new Date().toISOString().replaceAll(':', '-').slice(0, 19)
  const folder = join(home, 'backups', `format-${format}-${stamp}`)
  for (const path of KEPT.flatMap((pattern) => globSync(pattern, { cwd: home }))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(home, path), join(folder, path))
  }
  return folder
}
