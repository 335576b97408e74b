// Where a file of an upload may lie: below its folder, in names that every disk can hold.
import { OrganMosaicError } from '../../../contract/errors.ts'

const DEEPEST = 8
/** What Windows gives to devices, whatever follows the dot. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * @param path with forward slashes
 * @returns its parts
 * @throws OrganMosaicError `usage`
 */
export function requireFilePath(path: string): string[] {
  const parts = path.split('/')
  if (parts.length <= DEEPEST && parts.every(isName)) return parts
  throw new OrganMosaicError(
    'usage',
    `"${path}" cannot be stored: expected names of files and folders below the dropped one, at most ${DEEPEST} deep, none of them hidden.`,
  )
}

const isName = (part: string): boolean =>
  part !== '' &&
  part.length <= 200 &&
  !part.startsWith('.') &&
  !/[. ]$/.test(part) &&
  !/[\\:*?"<>|\p{Cc}]/u.test(part) &&
  !RESERVED.test(part)
