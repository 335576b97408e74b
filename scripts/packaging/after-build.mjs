// Called by electron-builder when the packages are made.
import { statSync } from 'node:fs'

export const MOST_PACKAGE_MB = 450

/** @param {{ artifactPaths: string[] }} result @returns {string[]} nothing more to publish */
export default function afterAllArtifactBuild({ artifactPaths }) {
  const large = artifactPaths
    .map((path) => ({ path, sizeMb: statSync(path).size / 1e6 }))
    .filter(({ sizeMb }) => sizeMb > MOST_PACKAGE_MB)
  if (large.length > 0) {
    const list = large.map(({ path, sizeMb }) => `${path} (${sizeMb.toFixed(0)} MB)`).join(', ')
    throw new Error(`A package should stay under ${MOST_PACKAGE_MB} MB: ${list}.`)
  }
  return []
}
