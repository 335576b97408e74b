// What an archive is to whoever unpacks it: files one after the other, each with a name that nobody has checked yet.
import { OrganMosaicError } from '../../../contract/errors.ts'

export interface ArchivedFile {
  /** As the archive gives it: it may lead anywhere */
  readonly name: string
  readonly bytes: number
  /** Must be read to its end, or left at once, before the next file. @throws OrganMosaicError invalid-file */
  readonly content: AsyncIterable<Uint8Array>
}

export interface Archive {
  /** Folders are left out; links, devices and other things that are no files are errors. */
  readonly files: AsyncIterable<ArchivedFile>
  /** Of all files together, where the archive says so before it is read */
  readonly totalBytes: number | null
}

export const brokenArchive = (path: string, what: string): OrganMosaicError =>
  new OrganMosaicError('invalid-file', `The archive ${path} ${what}. Copy or download it again, or unpack it yourself.`)

export const refusedArchive = (path: string, what: string): OrganMosaicError =>
  new OrganMosaicError(
    'invalid-data',
    `The archive ${path} ${what}, and is not unpacked. Unpack it yourself and add the folder, if you trust it.`,
  )
