// The safetensors file format: a JSON header and raw little-endian tensors, readable from Python and anywhere else.
// Checkpoints are written to a temporary file, synced, then renamed, so that a reader sees a whole file or the old one.
import { open, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { OrganMosaicError } from '../../contract/errors.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'

export interface NamedArray {
  readonly shape: readonly number[]
  /** May be made when it is asked for: whoever writes asks once. */
  readonly data: Float32Array
}

const HeaderSchema = z.record(
  z.string(),
  z.union([
    z.object({ dtype: z.literal('F32'), shape: z.array(z.int()), data_offsets: z.tuple([z.int(), z.int()]) }),
    z.record(z.string(), z.string()),
  ]),
)

/** @param metadata text by key, in the header's `__metadata__` */
export async function writeSafetensors(
  path: string,
  arrays: ReadonlyMap<string, NamedArray>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  let offset = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  for (const [name, { shape }] of arrays) {
    const end = offset + 4 * shape.reduce((product, size) => product * size, 1)
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = Buffer.from(JSON.stringify(header))
  // The data starts at a multiple of 8, as the format asks; spaces pad the header.
  const padded = Math.ceil(json.length / 8) * 8
  const start = Buffer.alloc(8 + padded, ' ')
  start.writeBigUInt64LE(BigInt(padded), 0)
  json.copy(start, 8)
  await writeFileAtomically(path, piecesOf(start, arrays))
}

/** One array at a time: all models and their optimisers together would double what training needs. */
function* piecesOf(start: Uint8Array, arrays: ReadonlyMap<string, NamedArray>): Generator<Uint8Array> {
  yield start
  for (const array of arrays.values()) {
    const { data } = array
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  }
}

/** @throws OrganMosaicError invalid-file when the file is cut short or not in this format */
export async function readSafetensors(
  path: string,
): Promise<{ arrays: Map<string, NamedArray>; metadata: Record<string, string> }> {
  const bytes = await readFile(path)
  const broken = (what: string, cause?: unknown) =>
    new OrganMosaicError('invalid-file', `Checkpoint ${path}: ${what}; delete it and resume from an older one.`, {
      cause,
    })
  if (bytes.length < 8) throw broken(`expected at least 8 bytes, found ${bytes.length}`)
  const headerLength = Number(bytes.readBigUInt64LE(0))
  if (8 + headerLength > bytes.length) throw broken('the header is cut short')
  const parsed = HeaderSchema.safeParse(parseJson(bytes.toString('utf8', 8, 8 + headerLength)))
  if (!parsed.success) throw broken('the header is not that of a safetensors file', parsed.error)
  const { __metadata__: metadata = {}, ...entries } = parsed.data
  const arrays = new Map<string, NamedArray>()
  for (const [name, entry] of Object.entries(entries)) {
    const { shape, data_offsets: offsets } = entry as { shape: number[]; data_offsets: [number, number] }
    const [start, end] = [8 + headerLength + offsets[0], 8 + headerLength + offsets[1]]
    if (end > bytes.length) throw broken(`tensor ${name} ends at byte ${end}, the file at ${bytes.length}`)
    if (end - start !== 4 * shape.reduce((product, size) => product * size, 1)) {
      throw broken(`tensor ${name} of shape [${shape.join(', ')}] has ${end - start} bytes`)
    }
    // A copy: aligned, and free of the whole file's buffer.
    arrays.set(name, { shape, data: new Float32Array(new Uint8Array(bytes.subarray(start, end)).buffer) })
  }
  return { arrays, metadata: metadata as Record<string, string> }
}

/** The metadata alone, without reading the tensors. @throws OrganMosaicError as readSafetensors */
export async function readSafetensorsMetadata(path: string): Promise<Record<string, string>> {
  const file = await open(path)
  try {
    const length = Buffer.alloc(8)
    const first = await file.read(length, 0, 8, 0)
    const size = Number(length.readBigUInt64LE(0))
    const known = first.bytesRead === 8 && 8 + size <= (await file.stat()).size
    const header = Buffer.alloc(known ? size : 0)
    await file.read(header, 0, header.length, 8)
    const parsed = HeaderSchema.safeParse(parseJson(header.toString('utf8')))
    if (parsed.success) return (parsed.data['__metadata__'] ?? {}) as Record<string, string>
  } finally {
    await file.close()
  }
  throw new OrganMosaicError(
    'invalid-file',
    `Checkpoint ${path}: the header is not that of a safetensors file; delete it and resume from an older one.`,
  )
}

/** null when the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
