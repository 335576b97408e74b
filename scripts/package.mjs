// `npm run package`: builds the page, then an installer for this machine in dist/packages. electron-builder fetches
// Electron and its own tools from GitHub, so this works only where that is reached.
// usage: node scripts/package.mjs [OPTION OF electron-builder]...
import { fileURLToPath } from 'node:url'
import { ensurePage } from './open/ensure-page.mjs'
import { launch } from './setup/launch.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

await ensurePage(ROOT, (line) => void process.stderr.write(`${line}\n`))
launch(ROOT, ['node_modules/electron-builder/cli.js', '--publish', 'never', ...process.argv.slice(2)])
