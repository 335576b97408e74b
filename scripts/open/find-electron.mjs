// Finds Electron's program, or fetches it once; never waits long where it cannot be had. npm installs the package
// electron without its program, which comes from GitHub, or from ELECTRON_MIRROR.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const PROBE_MS = 4_000
const DOWNLOAD_MS = 300_000

/**
 * @typedef {object} Parts what the outcome depends on, replaced by tests
 * @property {NodeJS.ProcessEnv} env
 * @property {NodeJS.Platform} platform
 * @property {number | undefined} uid
 * @property {() => Promise<boolean>} canReach whether the download could work
 * @property {(root: string) => void} download
 * @property {(program: string, platform: NodeJS.Platform) => string | undefined} obstacle why it would not start
 */

/**
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {Partial<Parts>} parts
 * @returns {Promise<{ path: string } | { reason: string }>} the program, or a sentence that says why not
 */
export async function findElectron(root, say, parts = {}) {
  const { env = process.env, platform = process.platform, uid = process.getuid?.() } = parts
  const { canReach = () => reach(env), download = downloadElectron, obstacle = findObstacle } = parts
  const tried = (/** @type {string} */ path) => {
    const reason = obstacle(path, platform)
    return reason === undefined ? { path } : { reason }
  }
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return { reason: 'There is no display here.' }
  if (platform === 'linux' && uid === 0) return { reason: 'Electron does not run as root.' }
  const there = electronProgram(root, env)
  if (there) return tried(there)
  if (env.ELECTRON_OVERRIDE_DIST_PATH) return { reason: 'ELECTRON_OVERRIDE_DIST_PATH holds no Electron.' }
  if (!(await canReach())) return { reason: 'Electron is not installed and cannot be downloaded here.' }
  say('Downloading Electron, once.')
  download(root)
  const fetched = electronProgram(root, env)
  return fetched ? tried(fetched) : { reason: 'Electron could not be downloaded.' }
}

/** @param {string} root @param {NodeJS.ProcessEnv} env @returns {string | undefined} */
export function electronProgram(root, env = process.env) {
  const folder = join(root, 'node_modules', 'electron')
  const note = join(folder, 'path.txt')
  const name = existsSync(note) ? readFileSync(note, 'utf8').trim() : programName()
  const path = join(env.ELECTRON_OVERRIDE_DIST_PATH || join(folder, 'dist'), name)
  return existsSync(path) ? path : undefined
}

/** @param {string} program @param {NodeJS.Platform} platform @returns {string | undefined} a sentence, or nothing */
function findObstacle(program, platform) {
  // Electron would end at once; without its sandbox it is not started here.
  if (!hasSandbox(program, platform)) {
    return 'This system keeps Electron from sandboxing its pages (docs/how-to/open-the-application.md).'
  }
  const { status, error, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: PROBE_MS * 5 })
  if (status === 0) return undefined
  const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? ''
  return `Electron is installed and does not start (${reason}).`
}

/**
 * On Linux, Chromium's sandbox needs either user namespaces, which Ubuntu since 24.04 denies to programs without a
 * profile, or its helper chrome-sandbox owned by root and setuid.
 * @param {string} program @param {NodeJS.Platform} platform @param {(path: string) => string | undefined} readSetting
 */
export function hasSandbox(program, platform, readSetting = readKernelSetting) {
  if (platform !== 'linux') return true
  const helper = statSync(join(dirname(program), 'chrome-sandbox'), { throwIfNoEntry: false })
  if (helper && helper.uid === 0 && (helper.mode & 0o4000) !== 0) return true
  return (
    readSetting('kernel/apparmor_restrict_unprivileged_userns') !== '1' &&
    readSetting('kernel/unprivileged_userns_clone') !== '0' &&
    readSetting('user/max_user_namespaces') !== '0'
  )
}

/** @param {string} name @returns {string | undefined} undefined where the kernel has no such setting */
function readKernelSetting(name) {
  try {
    return readFileSync(join('/proc/sys', name), 'utf8').trim()
  } catch {
    return undefined
  }
}

function programName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

/** @param {NodeJS.ProcessEnv} env */
async function reach(env) {
  try {
    const url = env.ELECTRON_MIRROR || env.npm_config_electron_mirror || 'https://github.com/electron/electron/releases'
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) })
    return true
  } catch {
    return false
  }
}

/** @param {string} root */
function downloadElectron(root) {
  const script = join(root, 'node_modules', 'electron', 'install.js')
  spawnSync(process.execPath, [script], { stdio: 'ignore', timeout: DOWNLOAD_MS })
}
