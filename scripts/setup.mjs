// Makes a clone ready after `npm ci`: Node 24, TensorFlow's libraries and its Node binding. One line per step; a step that
// is done is skipped, so it may be run at any time, also after an interruption. docs/decisions/0001-runtime.md says why.
// usage: node scripts/setup.mjs [--quiet]     --quiet says nothing when everything is in place
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildBinding, isLinked, linkFolder } from './setup/build-binding.mjs'
import { cacheFolder, removePartial } from './setup/cache.mjs'
import { fetchTensorFlow } from './setup/fetch-tensorflow.mjs'
import { findNode, linkNode } from './setup/find-node.mjs'
import { withLock } from './setup/lock.mjs'
import { chooseVariant, glibcVersion, planTensorFlow } from './setup/plan-tensorflow.mjs'
import { prove, readProof } from './setup/prove.mjs'
import { run } from './setup/run.mjs'
import { SetupError } from './setup/setup-error.mjs'
import { findCompiler, findPython } from './setup/tools.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PACKAGE = join(ROOT, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
const LIB = join(PACKAGE, 'lib')

/** @typedef {import('./setup/plan-tensorflow.mjs').TensorFlowPlan} TensorFlowPlan */

// Everything is said on stderr: stdout belongs to the command that follows.
/** @param {string} line */
const say = (line) => process.stderr.write(`setup: ${line}\n`)

/** @param {{ quiet: boolean }} options */
async function setUp({ quiet }) {
  const report = quiet ? () => {} : say
  if (!existsSync(PACKAGE)) throw new SetupError('node_modules is not complete. Run: npm ci')
  const node = findNode(ROOT)
  linkNode(ROOT, node.path)
  report(`Node ${node.version}: ${node.path}`)

  const variant = chooseVariant()
  const plan = planTensorFlow({ platform: process.platform, arch: process.arch, glibc: glibcVersion(), variant })
  const cache = cacheFolder()
  const binding = join(cache, plan.key, `tfjs-node-${packageVersion()}`)
  const isPlaced = () => (plan.source === 'wheel' ? isLinked(LIB, binding) : existsSync(join(LIB, 'napi-v8')))
  if (!isPlaced()) {
    const onWait = (/** @type {string} */ holder) => say(`waiting for the set-up that is running (process ${holder})`)
    const place = () => (plan.source === 'wheel' ? placeWheel(plan, cache, binding) : downloadUpstream(plan, node.path))
    await withLock(join(cache, 'lock'), place, onWait)
  }
  report(`native part: ${plan.source === 'wheel' ? binding : LIB}`)

  let proof = readProof(LIB, node.version)
  if (!proof) {
    say('trying TensorFlow')
    proof = await prove({ root: ROOT, lib: LIB, node })
    say(`TensorFlow ${proof.tensorflow} works on the ${proof.device}`)
  } else report(`TensorFlow ${proof.tensorflow} works on the ${proof.device}`)
  if (plan.variant === 'gpu' && plan.source === 'wheel' && proof.device === 'CPU') {
    report('the CUDA build of TensorFlow found no GPU it can use and computes on the CPU; check nvidia-smi')
  }
}

/** @param {TensorFlowPlan} plan @param {string} cache @param {string} binding */
async function placeWheel(plan, cache, binding) {
  mkdirSync(cache, { recursive: true })
  removePartial(cache)
  removePartial(join(cache, plan.key))
  if (!existsSync(join(cache, plan.key))) {
    const python = findPython()
    // A missing compiler should be known before the download, not after it.
    say(`${python.description}; ${findCompiler().description}`)
    say(`TensorFlow goes to ${join(cache, plan.key)}`)
    await fetchTensorFlow({ cache, plan, python: python.program, say })
  }
  if (!existsSync(binding)) {
    say("building TensorFlow's Node binding")
    await buildBinding({
      packageFolder: PACKAGE,
      headers: join(ROOT, 'node_modules', 'node-api-headers', 'include'),
      tensorflow: join(cache, plan.key, 'tensorflow'),
      folder: binding,
      compiler: findCompiler().program,
    })
  }
  linkFolder(LIB, binding)
}

/** @param {TensorFlowPlan} plan @param {string} node */
async function downloadUpstream(plan, node) {
  say(
    "PyPI has no TensorFlow wheel for this machine that can be linked: running the package's own download (TensorFlow 2.9)",
  )
  await run(node, ['scripts/install.js', plan.variant, 'download'], {
    cwd: PACKAGE,
    failure: 'The download of @tensorflow/tfjs-node-gpu failed; it comes from https://storage.googleapis.com.',
  })
}

const packageVersion = () => JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).version

process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
try {
  await setUp({ quiet: process.argv.includes('--quiet') })
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  process.exitCode = 1
}
