// Called by electron-builder when the files of a package lie there. NSIS counts in 32 bits: an installer of 2 GB or more is
// made without a word and breaks where it is installed.
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const MOST_UNPACKED_MB = 1800

/** @param {{ appOutDir: string }} context */
export default function afterPack({ appOutDir }) {
  const sizeMb = folderBytes(appOutDir) / 1e6
  if (sizeMb > MOST_UNPACKED_MB) {
    throw new Error(
      `The application takes ${sizeMb.toFixed(0)} MB, and NSIS breaks silently at 2 GB: at most ${MOST_UNPACKED_MB} MB ` +
        `may be packed. The largest files are in ${appOutDir}; a CUDA build of TensorFlow does not belong in a package.`,
    )
  }
}

/** @param {string} folder */
function folderBytes(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0)
}
