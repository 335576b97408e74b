// How OrganMosaic came to this machine: as a clone, whose set-up makes what is missing, or as a package, which is complete
// or broken. Every advice to repair something asks here.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** Packages hold no scripts. */
export const isClone = (folder = root): boolean => existsSync(join(folder, 'scripts/setup.mjs'))

/** @returns a sentence: what to do when a part of OrganMosaic is missing or does not work */
export function repairAdvice(clone = isClone()): string {
  return clone
    ? 'Run npm run setup.'
    : 'Unpack or install OrganMosaic again; if that does not help, report this message.'
}
