// What the native files of a bundle ask of a machine: libraries, and the newest versions of glibc's and libstdc++'s symbols.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from '../setup/setup-error.mjs'

/** Red Hat Enterprise Linux 8 and its relatives, which many clusters still run; Debian 10, Ubuntu 20.04 are newer. */
export const OLDEST = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '7.0.0' }

/** What every such machine has. */
const LIBRARIES = /^(ld-linux-.*|lib(c|dl|gcc_s|m|pthread|rt|stdc\+\+|util))\.so\.\d+$/

/**
 * @typedef {{ path: string, libraries: string[], versions: Record<string, string> }} ElfNeeds
 * @param {string} folder
 * @returns {ElfNeeds[]} of every ELF file below it
 */
export function readElfFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isElf)
    .map((path) => ({ path, ...readNeeds(path) }))
}

/**
 * @param {string} folder
 * @throws {SetupError} naming each file that would not load on the oldest machine, and why
 */
export function requireOldMachines(folder) {
  const files = readElfFiles(folder)
  const own = files.map(({ path }) => path.replace(/.*\//, ''))
  const faults = files.flatMap(({ path, libraries, versions }) => [
    ...libraries
      .filter((name) => !LIBRARIES.test(name) && !own.includes(name))
      .map((name) => `${path} needs ${name}, which is not in the bundle`),
    ...Object.entries(versions)
      .filter(([name, version]) => compareVersions(version, OLDEST[/** @type {keyof OLDEST} */ (name)] ?? '0') > 0)
      .map(([name, version]) => `${path} needs ${name}_${version}`),
  ])
  if (faults.length > 0)
    throw new SetupError(`The bundle would not run with glibc ${OLDEST.GLIBC}:\n${faults.join('\n')}`)
}

/** @param {string} path */
function isElf(path) {
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(4)
    readSync(file, start, 0, 4, 0)
    return start.toString('latin1') === '\x7fELF'
  } finally {
    closeSync(file)
  }
}

/** @param {string} path @returns {{ libraries: string[], versions: Record<string, string> }} */
function readNeeds(path) {
  const { status, stdout, error } = spawnSync('objdump', ['-p', path], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  if (status !== 0) throw new SetupError(`objdump could not read ${path} (${error?.message ?? `code ${status}`}).`)
  const libraries = [...stdout.matchAll(/^ +NEEDED +(\S+)$/gm)].map((match) => match[1])
  const [, references = ''] = stdout.split('Version References:')
  /** @type {Record<string, string>} */
  const versions = {}
  for (const [, name, version] of references.matchAll(/ ([A-Z]+)_([\d.]+)$/gm)) {
    if (!versions[name] || compareVersions(version, versions[name]) > 0) versions[name] = version
  }
  return { libraries, versions }
}

/** @param {string} a such as 2.28 @param {string} b @returns {number} above 0 when `a` is newer */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
