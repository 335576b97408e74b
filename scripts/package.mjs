// `npm run package`: builds the page and the native parts, then the installers for this machine in dist/packages.
// electron-builder fetches Electron and its own tools from GitHub, so this works only where that is reached.
// usage: node scripts/package.mjs [OPTION OF electron-builder]...     --dir: the unpacked application only
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePage } from './open/ensure-page.mjs'
import { makeNatives } from './packaging/make-natives.mjs'
import { listPackedFiles } from './packaging/packed-files.mjs'
import { collectNotices } from './packaging/write-notices.mjs'
import { launch } from './setup/launch.mjs'
import { SetupError } from './setup/setup-error.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const say = (/** @type {string} */ line) => void process.stderr.write(`package: ${line}\n`)

const UNFINISHED =
  'not finished; electron-builder says why above. Where it could not fetch from github.com, ELECTRON_MIRROR and ELECTRON_BUILDER_BINARIES_MIRROR name mirrors, and -c.electronDist=FOLDER an Electron that is there.'

try {
  await ensurePage(ROOT, say)
  const natives = process.platform === 'linux' ? await makeNatives(ROOT, say) : undefined
  // The configuration takes paths relative to its own folder.
  if (natives) process.env.ORGAN_MOSAIC_NATIVES = relative(ROOT, natives)
  const files = listPackedFiles(ROOT, process, { window: true })
  writeFileSync(join(ROOT, 'dist/THIRD-PARTY-NOTICES.txt'), collectNotices(ROOT, { files, natives, node: false }))
  process.on('exit', (code) => {
    if (code !== 0) say(UNFINISHED)
  })
  const config = ['--config', 'electron-builder.yml', '--publish', 'never']
  launch(ROOT, ['node_modules/electron-builder/cli.js', ...config, ...process.argv.slice(2)])
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  process.exitCode = 1
}
