// What npm scripts start their programs with: makes sure of the set-up, then runs the file on this project's Node. A shell
// line of two commands would not do: the shell remembers where it found `node` before the set-up put Node 24 in place.
// usage: node scripts/start.mjs FILE [ARGUMENT...]
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { launch } from './setup/launch.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const setUp = fileURLToPath(new URL('setup.mjs', import.meta.url))

const { status } = spawnSync(process.execPath, [setUp, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] })
if (status === 0) launch(root, process.argv.slice(2))
else process.exitCode = status ?? 1
