// The cache outside node_modules: what took minutes to make is there for the next clone. A folder in it is either
// complete or absent: it is filled under a temporary name and renamed when everything is in it.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} ORGAN_MOSAIC_CACHE, or organ-mosaic in XDG_CACHE_HOME, or ~/.cache/organ-mosaic
 */
export function cacheFolder(env = process.env) {
  if (env.ORGAN_MOSAIC_CACHE) return resolve(env.ORGAN_MOSAIC_CACHE)
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'organ-mosaic')
}

const PARTIAL = '.partial-'

/**
 * Makes a folder as one step: `fill` writes into a temporary neighbour, which then gets the name. Does nothing when the
 * folder is there already.
 * @param {string} folder
 * @param {(partial: string) => Promise<void> | void} fill
 */
export async function publishFolder(folder, fill) {
  if (existsSync(folder)) return
  const partial = `${folder}${PARTIAL}${process.pid}`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  await fill(partial)
  renameSync(partial, folder)
}

/**
 * Removes what interrupted set-ups left. Only for the holder of the lock: nobody else is filling a folder then.
 * @param {string} folder
 */
export function removePartial(folder) {
  for (const entry of existsSync(folder) ? readdirSync(folder) : []) {
    if (entry.includes(PARTIAL)) rmSync(join(folder, entry), { recursive: true, force: true })
  }
}
