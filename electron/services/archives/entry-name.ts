// Names in archives come from anywhere: each becomes the parts of a path below the folder, or the archive is refused.
import { refusedArchive } from './archive.ts'

const DEEPEST = 16
const LONGEST_PART = 200
/** What no file of every system may hold; exports of devices have times such as 12:30 in their names. */
const ODD = /[:*?"<>|\p{Cc}]/gu
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * @param name with forward slashes, or backslashes where Windows packed it
 * @returns null for what no dataset needs: hidden files, and the shadows of files that macOS adds
 * @throws OrganMosaicError invalid-data for a name that leads out of the folder
 */
export function partsOfName(name: string, archive: string): string[] | null {
  const path = name.replaceAll('\\', '/')
  if (path.includes('\0') || path.startsWith('/') || /^[a-z]:/i.test(path)) throw leadsOut(name, archive)
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw leadsOut(name, archive)
  if (parts.length === 0 || parts.some((part) => part.startsWith('.') || part === '__MACOSX')) return null
  if (parts.length > DEEPEST || parts.some((part) => part.length > LONGEST_PART)) {
    throw refusedArchive(archive, `holds a file in too many folders or with too long a name (${shown(name)})`)
  }
  return parts.map((part) => {
    const plain = part.replaceAll(ODD, '_').replace(/[. ]+$/, '_')
    return RESERVED.test(plain) ? `_${plain}` : plain
  })
}

const leadsOut = (name: string, archive: string) =>
  refusedArchive(archive, `holds a file that would be written outside its folder (${shown(name)})`)

const shown = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name)
