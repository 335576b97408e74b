// Finds Electron's program, or fetches it once; never waits long where it cannot be had. npm installs the package
// electron without its program, which comes from GitHub, or from ELECTRON_MIRROR.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PROBE_MS = 4_000
const DOWNLOAD_MS = 300_000

/**
 * @typedef {object} Parts what the outcome depends on, replaced by tests
 * @property {NodeJS.ProcessEnv} env
 * @property {NodeJS.Platform} platform
 * @property {number | undefined} uid
 * @property {() => Promise<boolean>} canReach whether the download could work
 * @property {(root: string) => void} download
 */

/**
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {Partial<Parts>} parts
 * @returns {Promise<{ path: string } | { reason: string }>} the program, or a sentence that says why not
 */
export async function findElectron(root, say, parts = {}) {
  const { env = process.env, platform = process.platform, uid = process.getuid?.() } = parts
  const { canReach = () => reach(env), download = downloadElectron } = parts
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return { reason: 'There is no display here.' }
  if (platform === 'linux' && uid === 0) return { reason: 'Electron does not run as root.' }
  const there = electronProgram(root, env)
  if (there) return { path: there }
  if (env.ELECTRON_OVERRIDE_DIST_PATH) return { reason: 'ELECTRON_OVERRIDE_DIST_PATH holds no Electron.' }
  if (!(await canReach())) return { reason: 'Electron is not installed and cannot be downloaded here.' }
  say('Downloading Electron, once.')
  download(root)
  const fetched = electronProgram(root, env)
  return fetched ? { path: fetched } : { reason: 'Electron could not be downloaded.' }
}

/** @param {string} root @param {NodeJS.ProcessEnv} env @returns {string | undefined} */
export function electronProgram(root, env = process.env) {
  const folder = join(root, 'node_modules', 'electron')
  const note = join(folder, 'path.txt')
  const name = existsSync(note) ? readFileSync(note, 'utf8').trim() : programName()
  const path = join(env.ELECTRON_OVERRIDE_DIST_PATH || join(folder, 'dist'), name)
  return existsSync(path) ? path : undefined
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
