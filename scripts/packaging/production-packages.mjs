// The npm packages that OrganMosaic needs where it is used, by the lockfile: no development tools, and of the optional
// ones those of this machine.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {{ name: string, folder: string, version: string, licence: string }} ProductionPackage
 * @param {string} root
 * @param {{ development?: boolean }} [options] whether development tools, whose code may be in the page, are listed too
 * @returns {ProductionPackage[]} `folder` relative to `root`, such as node_modules/glob/node_modules/minimatch
 */
export function productionPackages(root, { development = false } = {}) {
  /** @type {{ packages: Record<string, { version: string, license?: string, dev?: true, devOptional?: true }> }} */
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.entries(lock.packages)
    .filter(([folder, { dev, devOptional }]) => folder && (development || (!dev && !devOptional)))
    .filter(([folder]) => existsSync(join(root, folder, 'package.json')))
    .map(([folder, { version, license = '' }]) => ({ name: nameOf(folder), folder, version, licence: license }))
}

/** @param {string} folder */
const nameOf = (folder) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
