// A DICOM file from the disk: its header from the first kilobytes, or all of it.
import { open } from 'node:fs/promises'
import { damaged, readInflated, readStart } from '../files/read-bytes.ts'
import { MoreBytesNeeded, parseDicom, type DicomFile } from './parse-dicom.ts'

const START_BYTES = 2 ** 15
const PIXEL_DATA_GROUP = 0x7fe00000

/** Everything before the pixels. @throws OrganMosaicError not-found, invalid-file */
export async function readDicomHeader(path: string): Promise<DicomFile> {
  try {
    return parseDicom(await readStart(path, START_BYTES), path, PIXEL_DATA_GROUP)
  } catch (error) {
    if (!(error instanceof MoreBytesNeeded) && !(await isLonger(path))) throw error
  }
  return readDicomFile(path)
}

/** @throws OrganMosaicError not-found, invalid-file */
export async function readDicomFile(path: string): Promise<DicomFile> {
  const bytes = await readInflated(path, 0)
  try {
    return parseDicom(bytes, path)
  } catch (error) {
    if (!(error instanceof MoreBytesNeeded) && !(error instanceof RangeError)) throw error
    throw damaged(path, `is truncated: an element of it reaches beyond its ${bytes.length} bytes`)
  }
}

async function isLonger(path: string): Promise<boolean> {
  await using file = await open(path, 'r')
  return (await file.stat()).size > START_BYTES
}
