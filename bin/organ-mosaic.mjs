#!/usr/bin/env node
// The command `organ-mosaic`. It does not run the set-up: `npm run mosaic` does.
import { fileURLToPath } from 'node:url'
import { launch } from '../scripts/setup/launch.mjs'
import { SetupError } from '../scripts/setup/setup-error.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = fileURLToPath(new URL('../electron/hosts/cli/main.ts', import.meta.url))

try {
  launch(root, [main, ...process.argv.slice(2)])
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(`organ-mosaic: ${error.message}`)
  process.exitCode = 1
}
