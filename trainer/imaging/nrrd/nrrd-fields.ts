// The text at the start of an NRRD file, taken apart: "field: value" lines, "key:=value" pairs, comments, a blank line.
import { damaged } from '../files/read-bytes.ts'

export interface NrrdFields {
  /** In lower case, as NRRD compares them */
  readonly fields: ReadonlyMap<string, string>
  /** Key/value pairs, as they are */
  readonly pairs: ReadonlyMap<string, string>
  /** Lines after "data file: LIST" */
  readonly listed: readonly string[]
  /** Where the voxels of an attached file begin; null for a header that fills its file */
  readonly dataAt: number | null
}

/** A header has a few kilobytes; 3D Slicer's with hundreds of segments some hundred. */
export const NRRD_HEADER_BYTES = 2 ** 20

export const isNrrd = (start: Uint8Array): boolean => /^NRRD000\d/.test(textOf(start.subarray(0, 8)))

/** @param start the first bytes of the file. @throws OrganMosaicError invalid-file */
export function parseNrrdFields(start: Uint8Array, path: string): NrrdFields {
  if (!isNrrd(start)) throw damaged(path, 'is not an NRRD file: expected it to begin with NRRD0001 to NRRD0005')
  const fields = new Map<string, string>()
  const pairs = new Map<string, string>()
  const listed: string[] = []
  let at = lineEnd(start, 0).next
  for (;;) {
    if (at >= start.length) return { fields, pairs, listed, dataAt: null }
    const { end, next } = lineEnd(start, at)
    const line = Buffer.from(start.subarray(at, end)).toString('utf8')
    at = next
    if (line === '') return { fields, pairs, listed, dataAt: at }
    if (line.startsWith('#')) continue
    const pair = /^([^:]+):=(.*)$/.exec(line)
    const field = pair ? null : /^([^:]+):\s+(.*?)\s*$/.exec(line)
    if (pair) pairs.set(pair[1], pair[2])
    else if (field) fields.set(field[1].trim().toLowerCase(), field[2])
    else if (/^LIST/i.test(fields.get('data file') ?? fields.get('datafile') ?? '')) listed.push(line.trim())
    else throw damaged(path, `has the header line ${JSON.stringify(line.slice(0, 60))}; expected "field: value"`)
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Lines end with LF or CR LF. */
function lineEnd(bytes: Uint8Array, from: number): { end: number; next: number } {
  const found = bytes.indexOf(10, from)
  if (found < 0) return { end: bytes.length, next: bytes.length }
  return { end: found > from && bytes[found - 1] === 13 ? found - 1 : found, next: found + 1 }
}

/** The words of a field. */
export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')
