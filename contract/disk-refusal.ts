// Why a disk does not take what is written to it, in the words of a person: from the codes of the system and of SQLite.

export type DiskRefusal = 'full' | 'quota' | 'read-only' | 'damaged'

const REFUSALS: Record<string, DiskRefusal> = {
  ENOSPC: 'full',
  SQLITE_FULL: 'full',
  EDQUOT: 'quota',
  EROFS: 'read-only',
  SQLITE_READONLY: 'read-only',
  EIO: 'damaged',
}

const SENTENCES: Record<DiskRefusal, (what: string) => string> = {
  full: (what) => `The disk is full: ${what} could not be written. Free some space, then continue`,
  quota: (what) => `Your disk quota is used up: ${what} could not be written. Free some space, then continue`,
  'read-only': (what) => `The disk is read-only: ${what} could not be written. Make it writable, then continue`,
  damaged: (what) => `The disk failed: ${what} could not be read or written. Check the disk, then continue`,
}

/** @returns null when a thrown value is something else */
export function diskRefusal(thrown: unknown): DiskRefusal | null {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  // SQLite says more after its first two words: SQLITE_READONLY_DIRECTORY, SQLITE_IOERR_WRITE.
  if (code.startsWith('SQLITE_IOERR')) return 'damaged'
  return REFUSALS[code] ?? REFUSALS[code.split('_').slice(0, 2).join('_')] ?? null
}

export const describeRefusal = (refusal: DiskRefusal, path: string | null): string =>
  `${SENTENCES[refusal](path ?? 'a file')}; what was there before is whole.`
