// Once per run of the browser tests: the page is built, and a folder is made for the workspaces that files share.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensurePage } from '../../../scripts/open/ensure-page.mjs'
import { findBrowser } from './find-browser.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the built page; nothing is in it where there is no browser to show it in. */
    page: string
    /** Lives as long as the run. */
    shared: string
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const shared = mkdtempSync(join(tmpdir(), 'organ-mosaic-browser-'))
  const root = join(import.meta.dirname, '../../..')
  if (findBrowser()) await ensurePage(root, console.log)
  project.provide('page', join(root, 'dist/renderer'))
  project.provide('shared', shared)
  return () => rmSync(shared, { recursive: true, force: true })
}
