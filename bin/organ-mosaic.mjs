#!/usr/bin/env node
// The command `organ-mosaic`: hands over to the command line, on the Node it is written for, whatever Node started this.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findNode } from '../scripts/setup/find-node.mjs'
import { SetupError } from '../scripts/setup/setup-error.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = fileURLToPath(new URL('../electron/hosts/cli/main.ts', import.meta.url))

try {
  const child = spawn(findNode(root).path, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(error.message))
  child.on('close', (code, signal) => {
    if (!signal) process.exit(code ?? 1)
    // Ends as the child ended, so that a shell sees the same thing.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  fail(error.message)
}

/** @param {string} message */
function fail(message) {
  console.error(`organ-mosaic: ${message}`)
  process.exit(1)
}
