// The source of OrganMosaic as a report reads it: what stands in it was written by us, and tells of nobody.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const installation = join(import.meta.dirname, '../../..')
const FOLDERS = ['contract', 'electron/hosts', 'electron/services', 'trainer']
/** Tests and made-up studies may call patients anything. */
const MADE_UP = /\.(spec|fuzz)\.ts$|\/(test|example|fake|craft)-[^/]*$|\/(fixtures|demo)\//

/** @returns paths below the installation, and what stands in them */
export function sourceFiles(): { path: string; code: string }[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(installation, folder), { recursive: true, encoding: 'utf8' })
      .map((below) => `${folder}/${below.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.ts') && !MADE_UP.test(path))
      .map((path) => ({ path, code: readFileSync(join(installation, path), 'utf8') })),
  )
}
