// What disks, copies and people do to files, and its undoing.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type Damage = (path: string) => void

export const remove: Damage = (path) => rmSync(path)
export const halve: Damage = (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2))
export const empty: Damage = (path) => truncateSync(path, 0)
export const replaceBy =
  (content: string | Uint8Array): Damage =>
  (path) =>
    writeFileSync(path, content)

/** Damages each file, does the work, and puts every file back as it was. */
export async function whileDamaged<T>(
  damages: readonly (readonly [path: string, damage: Damage])[],
  work: () => T | Promise<T>,
): Promise<T> {
  const before = new Map(damages.map(([path]) => [path, existsSync(path) ? readFileSync(path) : null]))
  try {
    for (const [path, damage] of damages) damage(path)
    return await work()
  } finally {
    for (const [path, bytes] of before) {
      mkdirSync(dirname(path), { recursive: true })
      if (bytes) writeFileSync(path, bytes)
      else rmSync(path, { force: true })
    }
  }
}

/** Sorted paths below a folder that end in `end`. */
export const filesBelow = (folder: string, end: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .sort()
    .map((path) => join(folder, path))
