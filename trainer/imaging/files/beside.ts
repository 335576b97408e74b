// Files that a header names: they lie beside it or below, never elsewhere on the disk.
import { dirname, isAbsolute, join, relative } from 'node:path'
import { damaged } from './read-bytes.ts'

/** @throws OrganMosaicError invalid-file for a name that leads out of the header's folder */
export function besideHeader(path: string, name: string): string {
  const folder = dirname(path)
  const place = join(folder, name)
  const inside = relative(folder, place)
  if (name !== '' && !isAbsolute(name) && inside !== '' && !inside.startsWith('..') && !name.includes('\0'))
    return place
  throw damaged(path, `names the data file "${name}"; expected one beside it`)
}
