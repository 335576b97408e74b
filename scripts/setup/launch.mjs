// Hands over to a program of this repository, on the Node it is written for, whatever Node started this.
import { spawn } from 'node:child_process'
import { findNode } from './find-node.mjs'

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Runs a file with inherited input and output, passes signals on, and ends as it ends.
 * @param {string} root the folder that holds node_modules
 * @param {string[]} args of the program: the file and its arguments
 * @param {string} program Node unless given
 * @throws {import('./setup-error.mjs').SetupError} when Node is not there
 */
export function launch(root, args, program = findNode(root).path) {
  const child = spawn(program, args, { stdio: 'inherit' })
  for (const signal of SIGNALS) {
    // Ctrl-C in a terminal reaches the child by itself; passed on as well, it would count as pressed twice.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal))
  }
  child.on('error', (error) => {
    console.error(`${args[0]} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.on('close', (code, signal) => {
    if (!signal) process.exit(code ?? 1)
    // Ends by the same signal, so that a shell sees what happened.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
