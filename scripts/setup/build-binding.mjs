// Compiles the native part of @tensorflow/tfjs-node-gpu against the unpacked wheel and links it into node_modules.
// One call of the compiler: the sources need the Node-API headers and nothing of node-gyp.
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { publishFolder } from './cache.mjs'
import { run } from './run.mjs'

/** Where the package looks for its binding; the folder is named after the highest Node-API version it was written for. */
const BINDING = join('napi-v8', 'tfjs_binding.node')

/**
 * @param {{ packageFolder: string, headers: string, tensorflow: string, folder: string, compiler: string }} options
 *   `folder` receives napi-v8/tfjs_binding.node and lies beside `tensorflow`, so that the pair can be moved together
 * @throws {import('./setup-error.mjs').SetupError} with the compiler's last lines
 */
export async function buildBinding({ packageFolder, headers, tensorflow, folder, compiler }) {
  const sources = join(packageFolder, 'binding')
  await publishFolder(folder, async (partial) => {
    mkdirSync(dirname(join(partial, BINDING)))
    const args = [
      ...['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8'],
      ...['-I', headers, '-I', join(tensorflow, 'include')],
      ...readdirSync(sources)
        .filter((name) => name.endsWith('.cc'))
        .map((name) => join(sources, name)),
      ...[join(tensorflow, 'libtensorflow_cc.so.2'), join(tensorflow, 'libtensorflow_framework.so.2')],
      ...['-Wl,-rpath,$ORIGIN/../../tensorflow', '-o', join(partial, BINDING)],
    ]
    await run(compiler, args, { failure: `TensorFlow's Node binding could not be built.` })
  })
}

/**
 * Makes `link` a symbolic link to `target`, replacing what is there in one step.
 * @param {string} link
 * @param {string} target
 */
export function linkFolder(link, target) {
  const fresh = `${link}.new-${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  symlinkSync(target, fresh)
  const existing = lstatSync(link, { throwIfNoEntry: false })
  if (existing?.isDirectory()) {
    // A rename replaces a link but not a folder: move that away first.
    renameSync(link, `${fresh}.old`)
    renameSync(fresh, link)
    rmSync(`${fresh}.old`, { recursive: true, force: true })
  } else renameSync(fresh, link)
}

/** @param {string} link @param {string} target */
export const isLinked = (link, target) =>
  existsSync(target) && existsSync(link) && realpathSync(link) === realpathSync(target)
