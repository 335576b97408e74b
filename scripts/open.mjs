// `npm start`: builds the page when it is missing or old, then opens OrganMosaic in Electron, or in the browser where
// Electron cannot run. scripts/start.mjs has seen to the set-up before.
// usage: node scripts/open.mjs [--browser] [--home DIR] [--root DIR]... [--port N]     the last for the browser only
import { fileURLToPath } from 'node:url'
import { ensurePage } from './open/ensure-page.mjs'
import { findElectron } from './open/find-electron.mjs'
import { launch } from './setup/launch.mjs'
import { SetupError } from './setup/setup-error.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`)

try {
  const words = process.argv.slice(2)
  await ensurePage(ROOT, say)
  const electron = words.includes('--browser') ? { reason: '' } : await findElectron(ROOT, say)
  const rest = words.filter((word) => word !== '--browser')
  if ('path' in electron) launch(ROOT, [ROOT, ...rest], electron.path)
  else {
    if (electron.reason) say(`${electron.reason} OrganMosaic opens in the browser instead.`)
    launch(ROOT, ['electron/hosts/cli/main.ts', 'serve', '--open', ...rest])
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(`organ-mosaic: ${error.message}`)
  process.exitCode = 1
}
