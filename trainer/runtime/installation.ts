// How OrganMosaic came to this machine: as a clone, whose set-up makes what is missing, or as a package, which is complete
// or broken. Every advice to repair something asks here.
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** Packages hold no scripts. */
export const isClone = (folder = root): boolean => existsSync(join(folder, 'scripts/setup.mjs'))

/** Whether TensorFlow came with CUDA already: a set-up links it from a folder that is named after the build. */
export function isCudaBuild(): boolean {
  try {
    const own = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json')
    return realpathSync(join(dirname(own), 'lib')).includes('-gpu-')
  } catch {
    return false
  }
}

/** @returns a sentence: what to do when a part of OrganMosaic is missing or does not work */
export function repairAdvice(clone = isClone()): string {
  return clone
    ? 'Run npm run setup.'
    : 'Unpack or install OrganMosaic again; if that does not help, report this message.'
}
