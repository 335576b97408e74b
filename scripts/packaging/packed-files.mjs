// Which files of this repository a person gets, in the installers (electron-builder.yml) and in the server bundle
// alike. The patterns are electron-builder's: '!' takes out, and the last one that matches counts.
import { lstatSync, readFileSync, readdirSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from 'js-yaml'
import { productionPackages } from './production-packages.mjs'

const CONFIGURATION = fileURLToPath(new URL('../../electron-builder.yml', import.meta.url))

/** electron-builder adds the production packages by itself. */
const { files: packedFiles } = /** @type {{ files: string[] }} */ (load(readFileSync(CONFIGURATION, 'utf8')))

/** Where the files of the application are looked for. */
const places = ['package.json', 'LICENSE', 'contract', 'electron', 'trainer', 'resources', 'dist/renderer']

/**
 * What is packed of this repository and its packages.
 * @param {string} root
 * @param {{ platform: string, arch: string }} machine
 * @param {{ window: boolean }} options whether the desktop window goes along; a server has none
 * @returns {string[]} paths relative to `root`, with forward slashes, sorted
 */
export function listPackedFiles(root, machine, { window }) {
  const own = places.flatMap((place) => listFiles(root, place))
  const others = productionPackages(root).flatMap(({ folder }) => listFiles(root, folder, ['node_modules']))
  return [...own, ...others]
    .filter((path) => isPacked(path, machine) && (window || !path.startsWith('electron/shell/')))
    .sort()
}

/**
 * @param {string} path relative to the repository
 * @param {{ platform: string, arch: string }} machine
 */
export function isPacked(path, machine) {
  const fill = (/** @type {string} */ pattern) =>
    pattern.replace('${platform}', machine.platform).replace('${arch}', machine.arch)
  let packed = path.startsWith('node_modules/')
  for (const pattern of packedFiles) {
    const isOut = pattern.startsWith('!')
    if (packed === isOut && matchesGlob(path, fill(isOut ? pattern.slice(1) : pattern))) packed = !isOut
  }
  return packed
}

/**
 * @param {string} root
 * @param {string} place a file or folder in it
 * @param {string[]} without names of folders that are left out
 * @returns {string[]}
 */
function listFiles(root, place, without = []) {
  if (!lstatSync(join(root, place)).isDirectory()) return [place]
  return readdirSync(join(root, place), { withFileTypes: true }).flatMap((entry) => {
    // Hidden files are settings of the packages' own tools, and '**' does not see them.
    if (entry.name.startsWith('.') || without.includes(entry.name)) return []
    const path = `${place}/${entry.name}`
    return entry.isDirectory() ? listFiles(root, path, without) : [path]
  })
}
