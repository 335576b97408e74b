// For processes that are to be met at work however fast the machine is: whoever is started with this file imported
// (NODE_OPTIONS) halts itself once it has written what the file HALT_AFTER asks for, once for each time it is asked.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const asked = process.env.HALT_AFTER ?? ''
const { writeSync } = fs

/** @param {unknown[]} given as writeSync takes it: a file, then what to write */
function writeAndHalt(...given) {
  const written = Reflect.apply(writeSync, fs, given)
  const words = fs.existsSync(asked) ? fs.readFileSync(asked, 'utf8') : ''
  if (words !== '' && String(given[1]).includes(words)) {
    fs.rmSync(asked)
    process.kill(process.pid, 'SIGSTOP')
  }
  return written
}

fs.writeSync = writeAndHalt
syncBuiltinESMExports()
