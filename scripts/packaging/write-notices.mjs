// THIRD-PARTY-NOTICES.txt: whose work is in a package, and on what terms. Made from what is packed, so that it cannot
// forget a dependency; a package without a licence stops the packaging.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from '../setup/setup-error.mjs'
import { productionPackages } from './production-packages.mjs'

const RULE = '='.repeat(80)
const NODE_PACKAGE = /^node_modules\/node-(bin-)?(linux|darwin|win)-/
const LICENCE_FILE = /^(licen[cs]e|copying|notice|copyright)/i

/** @typedef {{ title: string, text: string }} Notice */

/**
 * Of the npm packages that have a file in the bundle, of those that were built into the page, and of the native parts.
 * @param {string} root
 * @param {{ files: string[], natives: string | undefined, node: boolean }} options `natives` of makeNatives; `node`: whether Node is
 *   bundled
 * @returns {string} the whole file
 */
export function collectNotices(root, { files, natives, node }) {
  /** @type {string[]} */
  const ofPage = JSON.parse(readFileSync(join(root, 'dist/renderer.packages.json'), 'utf8'))
  const isPacked = (/** @type {string} */ folder) =>
    files.some((file) => file.startsWith(`${folder}/`) && !file.slice(folder.length).includes('/node_modules/'))
  const packages = productionPackages(root, { development: true }).filter(
    ({ folder }) => ofPage.includes(folder) || isPacked(folder) || (node && NODE_PACKAGE.test(folder)),
  )
  const ofNatives = natives ? folderNotices(join(natives, 'notices')) : []
  return formatNotices([...ofNatives, ...packageNotices(root, packages)])
}

/**
 * @param {string} root
 * @param {import('./production-packages.mjs').ProductionPackage[]} packages
 * @returns {Notice[]} one a package and version, by name
 * @throws {SetupError} naming the packages that say no licence
 */
export function packageNotices(root, packages) {
  const silent = packages.filter(({ licence, folder }) => !licence && licenceFiles(join(root, folder)).length === 0)
  if (silent.length > 0) {
    const names = silent.map(({ name, version }) => `${name} ${version}`).join(', ')
    throw new SetupError(`No licence was found of ${names}: ask its authors, or do without it.`)
  }
  const notices = packages.map(({ name, version, licence, folder }) => ({
    title: `${name} ${version}${licence ? ` (${licence})` : ''}`,
    text: licenceFiles(join(root, folder)).join('\n\n') || `${authorOf(join(root, folder))}Licence: ${licence}`,
  }))
  const single = new Map(notices.map((notice) => [notice.title, notice]))
  return [...single.values()].sort((a, b) => (a.title < b.title ? -1 : 1))
}

/**
 * @param {string} folder of texts, each named after what it is the licence of
 * @returns {Notice[]}
 */
export const folderNotices = (folder) =>
  readdirSync(folder)
    .sort()
    .map((name) => ({ title: name.replace(/\.txt$/, ''), text: readFileSync(join(folder, name), 'utf8').trim() }))

/** @param {Notice[]} notices @returns {string} */
export function formatNotices(notices) {
  const list = notices.map(({ title }) => `  ${title}`).join('\n')
  const parts = notices.map(({ title, text }) => `${RULE}\n${title}\n${RULE}\n\n${text}\n`)
  return `OrganMosaic contains work of others, on these terms.\n\n${list}\n\n${parts.join('\n')}`
}

/** @param {string} folder @returns {string[]} texts */
function licenceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim())
}

/** @param {string} folder */
function authorOf(folder) {
  const file = join(folder, 'package.json')
  const { author } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { author: undefined }
  const name = typeof author === 'string' ? author : author?.name
  return name ? `Author: ${name}\n` : ''
}
