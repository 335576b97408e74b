// The built page belongs to its sources: a hash of them lies beside it, and it is built anew when they differ.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findNode } from '../setup/find-node.mjs'
import { run } from '../setup/run.mjs'

const SOURCES = ['contract', 'renderer']
const OUTPUT = 'dist/renderer'
const STAMP = 'dist/renderer.hash'

/**
 * Quick when nothing changed.
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {(root: string) => Promise<unknown>} build
 * @throws {import('../setup/setup-error.mjs').SetupError} when it cannot be built
 */
export async function ensurePage(root, say, build = buildPage) {
  const hash = hashSources(root)
  const stamp = join(root, STAMP)
  const isBuilt = existsSync(join(root, OUTPUT, 'index.html')) && existsSync(stamp)
  if (isBuilt && readFileSync(stamp, 'utf8') === hash) return
  say('Building the page; this takes a minute, and is not needed again until its sources change.')
  await build(root)
  writeFileSync(stamp, hash)
}

/** @param {string} root @returns {string} of every name and content that the page is made from, and of its packages */
export function hashSources(root) {
  const hash = createHash('sha256')
  const files = SOURCES.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  for (const file of [...files.sort(), join(root, 'package-lock.json')]) {
    hash.update(`${file.slice(root.length)}\0`)
    hash.update(readFileSync(file))
    hash.update('\0')
  }
  return hash.digest('hex')
}

/** @param {string} root */
function buildPage(root) {
  const words = ['node_modules/vite/bin/vite.js', 'build', '--config', 'renderer/vite.config.ts']
  // As it is given to people, also where tests build it.
  const env = { ...process.env, NODE_ENV: 'production' }
  return run(findNode(root).path, words, { cwd: root, env, failure: 'The page could not be built.' })
}
