// The built page for the browser tests. A build of the same sources is used again, so that repeated runs start at once.
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '../../..')
const SOURCES = ['renderer/**/*', 'contract/**/*', 'resources/**/*', 'package-lock.json']

/** @returns the folder of the built page */
export async function buildPage(): Promise<string> {
  const folder = join(tmpdir(), `organ-mosaic-page-${hashSources()}`)
  if (existsSync(join(folder, 'index.html'))) return folder
  const unfinished = mkdtempSync(join(tmpdir(), 'organ-mosaic-page-unfinished-'))
  await build({
    configFile: join(root, 'renderer/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: unfinished, emptyOutDir: true },
  })
  try {
    renameSync(unfinished, folder)
  } catch {
    // Another run built the same page meanwhile.
    rmSync(unfinished, { recursive: true })
  }
  return folder
}

function hashSources(): string {
  const hash = createHash('sha256')
  const paths = globSync(SOURCES, { cwd: root }).sort()
  for (const path of paths.filter((path) => statSync(join(root, path)).isFile() && !path.endsWith('.spec.ts'))) {
    hash.update(path).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex').slice(0, 16)
}
