// Fills <cache>/<plan.key>/ with what the binding needs of the TensorFlow wheel:
//   tensorflow/   the two libraries and the C headers
//   nvidia/       with the CUDA wheel: the CUDA libraries, where the RUNPATH of the libraries looks for them
// pip downloads, so that its configuration (mirrors, proxies, certificates) holds, and checks the hashes.
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishFolder, removePartial } from './cache.mjs'
import { run } from './run.mjs'

const UNPACK = fileURLToPath(new URL('unpack-wheel.py', import.meta.url))
const PARTS = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
]
/** The wheels are made per Python version, but their libraries are not: any one does, whatever Python runs here. */
const PYTHON_TAG = ['--python-version', '3.12', '--implementation', 'cp']

/**
 * @typedef {import('./plan-tensorflow.mjs').TensorFlowPlan} TensorFlowPlan
 * @param {{ cache: string, plan: TensorFlowPlan, python: string, say: (line: string) => void }} options
 * @throws {import('./setup-error.mjs').SetupError} when pip or the unpacking fails; what is complete stays
 */
export async function fetchTensorFlow({ cache, plan, python, say }) {
  const downloads = join(cache, 'downloads', plan.key)
  removePartial(downloads)
  await publishFolder(join(cache, plan.key), async (folder) => {
    say(`downloading ${plan.requirement} (${plan.variant === 'gpu' ? '0.6' : '0.3'} GB)`)
    const wheel = await downloadWheel(downloads, plan.requirement, plan.platformTags, python)
    say('unpacking TensorFlow')
    const metadata = `${wheelStem(wheel)}.dist-info/METADATA`
    await unpack(python, wheel, folder, [...PARTS, metadata])
    if (plan.variant === 'cpu') return
    for (const requirement of cudaRequirements(readFileSync(join(folder, metadata), 'utf8'))) {
      say(`downloading ${requirement}`)
      await unpack(python, await downloadWheel(downloads, requirement, plan.platformTags, python), folder, ['nvidia/'])
    }
  })
  rmSync(downloads, { recursive: true, force: true })
}

/**
 * Some files of a wheel, for what is made of them.
 * @param {{ requirement: string, platformTags: string[], downloads: string, folder: string, prefixes: string[],
 *   python: string }} options `downloads` keeps the wheel, for the caller to remove
 */
export async function fetchWheelParts({ requirement, platformTags, downloads, folder, prefixes, python }) {
  mkdirSync(folder, { recursive: true })
  await unpack(python, await downloadWheel(downloads, requirement, platformTags, python), folder, prefixes)
}

/**
 * What `pip install tensorflow[and-cuda]` would install beside TensorFlow.
 * @param {string} metadata METADATA of the wheel
 * @returns {string[]} such as nvidia-cudnn-cu12<10.0,>=9.3.0.75
 */
export function cudaRequirements(metadata) {
  return [...metadata.matchAll(/^Requires-Dist: (\S+)\s*;\s*extra == ["']and-cuda["']/gm)].map((match) => match[1])
}

/** tensorflow_cpu-2.21.0 of tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl @param {string} wheel */
const wheelStem = (wheel) => wheel.replace(/.*\//, '').split('-').slice(0, 2).join('-')

/**
 * @param {string} downloads
 * @param {string} requirement
 * @param {string[]} platformTags
 * @param {string} python
 * @returns {Promise<string>} path of the wheel; from an interrupted set-up when that got so far
 */
async function downloadWheel(downloads, requirement, platformTags, python) {
  const folder = join(downloads, requirement.replace(/[<>=,]+/g, '-'))
  const platforms = platformTags.flatMap((tag) => ['--platform', tag])
  const how = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', ...PYTHON_TAG, ...platforms]
  await publishFolder(folder, async (partial) => {
    await run(python, ['-m', 'pip', 'download', '--quiet', ...how, '--dest', partial, requirement], {
      failure: `pip could not download ${requirement}. Check the network (proxy, mirror: pip config list) and run the command again.`,
    })
  })
  return join(folder, readdirSync(folder).filter((name) => name.endsWith('.whl'))[0])
}

/** @param {string} python @param {string} wheel @param {string} folder @param {string[]} prefixes */
async function unpack(python, wheel, folder, prefixes) {
  await run(python, [UNPACK, wheel, folder, ...prefixes], {
    failure: `${wheel} could not be unpacked into ${folder}. Check that the disk has room (ORGAN_MOSAIC_CACHE picks another place).`,
  })
}
