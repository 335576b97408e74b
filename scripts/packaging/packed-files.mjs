// Which files of this repository a person gets, in the installers (electron-builder.config.mjs) and in the server bundle
// alike. The patterns are electron-builder's: '!' takes out, and the last one that matches counts.
import { lstatSync, readdirSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { productionPackages } from './production-packages.mjs'

const application = [
  'package.json',
  'LICENSE',
  'contract/**/*.ts',
  'electron/**/*.{ts,cjs}',
  'trainer/**/*.ts',
  'resources/*.{json,py}',
  'dist/renderer/**',
  '!**/*.{spec,fuzz}.ts',
  '!**/test-*.ts',
  '!electron/services/fixtures/**',
]

/** Of the packages: what only browsers, other machines or compilers read. */
const packages = [
  // The Node of the command line: Electron brings its own, and the server bundle has it in bin/.
  '!node_modules/node-{linux,darwin,win,bin,api,addon}-*/**',
  '!node_modules/@types/**',
  // Native parts come from make-natives.mjs; in a clone `lib` is a link into the cache of that machine.
  '!node_modules/@tensorflow/tfjs-node-gpu/{lib,deps,build-tmp*,src,scripts,binding}/**',
  '!node_modules/@tensorflow/tfjs-node-gpu/lib',
  '!node_modules/**/*.{map,md,markdown,flow,cc,h,gyp,mts,cts}',
  '!node_modules/**/*.d.ts',
  '!node_modules/better-sqlite3/{deps,src}/**',
  '!node_modules/better-sqlite3/prebuilds/*',
  'node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node',
  '!node_modules/@tensorflow/*/dist/*.{es2017,fesm,min}*.js',
  '!node_modules/@tensorflow/*/{benchmarks,demos,src}/**',
]

/** For electron-builder, which adds the production packages by itself. */
export const packedFiles = [...application, ...packages]

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
