// Decides which TensorFlow this machine gets: the CPU wheel, the CUDA wheel, or, where PyPI has no wheel whose C library
// the binding can link to, the package's own download.
import { existsSync } from 'node:fs'
import { probe } from './run.mjs'
import { SetupError } from './setup-error.mjs'

export const TENSORFLOW_VERSION = '2.21.0'

/** glibc of the manylinux tag of the wheels. */
const OLDEST_GLIBC = 27

/**
 * @typedef {object} TensorFlowPlan
 * @property {'wheel' | 'download'} source
 * @property {'cpu' | 'gpu'} variant
 * @property {string} requirement for pip; empty for the package's own download
 * @property {string[]} platformTags of pip, newest first
 * @property {string} key names the folder in the cache: all that its content depends on
 */

/**
 * @param {{ platform: string, arch: string, glibc: string | undefined, variant: 'cpu' | 'gpu' }} host
 * @returns {TensorFlowPlan}
 */
export function planTensorFlow({ platform, arch, glibc, variant }) {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[arch]
  const [, glibcMinor = '0'] = (glibc ?? '').split('.')
  if (platform !== 'linux' || !machine || Number(glibcMinor) < OLDEST_GLIBC) {
    return { source: 'download', variant, requirement: '', platformTags: [], key: `${platform}-${arch}` }
  }
  // The ARM wheel has no CUDA, and on ARM "tensorflow" is the CPU build.
  const fitting = arch === 'x64' ? variant : 'cpu'
  const name = arch === 'x64' && fitting === 'cpu' ? 'tensorflow-cpu' : 'tensorflow'
  const platformTags = [`manylinux_2_27_${machine}`, `manylinux_2_17_${machine}`, `manylinux2014_${machine}`]
  return {
    source: 'wheel',
    variant: fitting,
    requirement: `${name}==${TENSORFLOW_VERSION}`,
    platformTags,
    key: `tensorflow-${TENSORFLOW_VERSION}-${fitting}-${platform}-${arch}`,
  }
}

/**
 * ORGAN_MOSAIC_TENSORFLOW (cpu or gpu) where it is set, otherwise gpu exactly when an NVIDIA driver answers.
 * @param {NodeJS.ProcessEnv} env
 * @returns {'cpu' | 'gpu'}
 * @throws {SetupError} on any other value of the variable
 */
export function chooseVariant(env = process.env) {
  const wanted = env.ORGAN_MOSAIC_TENSORFLOW
  if (wanted === 'cpu' || wanted === 'gpu') return wanted
  if (wanted) throw new SetupError(`ORGAN_MOSAIC_TENSORFLOW must be cpu or gpu, not "${wanted}".`)
  const driver = existsSync('/proc/driver/nvidia/version') || probe('nvidia-smi', ['-L'], env)?.startsWith('GPU')
  return driver ? 'gpu' : 'cpu'
}

/** The running system's glibc, such as 2.36; undefined on musl and outside Linux. */
export function glibcVersion() {
  if (process.platform !== 'linux' || !process.report) return undefined
  // Without this the report looks up the names of open connections, which can take seconds.
  Object.assign(process.report, { excludeNetwork: true })
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport())
  return report.header.glibcVersionRuntime
}
