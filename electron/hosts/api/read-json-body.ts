// The JSON in the body of a request, within limits of size and time; whatever is wrong with it is said in one sentence.
import { z } from 'zod'
import { OrganMosaicError } from '../../../contract/errors.ts'

/** Uploads and volumes have routes of their own. */
export const MOST_JSON_BYTES = 2 * 1024 * 1024
const DEADLINE_MS = 20_000

/**
 * @param schema of the route's body: custom and unknown ones are bytes, which the route reads itself
 * @returns {} when there is no body, or it is not for JSON
 * @throws OrganMosaicError `usage` with the HTTP status in its details
 */
export async function readJsonBody(request: Request, schema: z.ZodType, deadlineMs = DEADLINE_MS): Promise<unknown> {
  if (request.method === 'GET' || schema instanceof z.ZodCustom || schema instanceof z.ZodUnknown) return {}
  const length = Number(request.headers.get('content-length') ?? 0)
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    if (type === undefined && length === 0) return {}
    throw refusal(415, `The body of the request must be application/json, and it is ${type ?? 'of no stated type'}.`)
  }
  if (length > MOST_JSON_BYTES) throw tooLarge()
  const text = decode(await readBytes(request, deadlineMs))
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new OrganMosaicError('usage', 'The body of the request is not JSON.', { cause })
  }
}

/** A length that was not given, or was wrong, does not help: bytes are counted as they come. */
async function readBytes(request: Request, deadlineMs: number): Promise<Uint8Array[]> {
  if (!request.body) return []
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const seconds = deadlineMs / 1000
  const timer = setTimeout(() => reject(refusal(408, `The body did not arrive within ${seconds} s.`)), deadlineMs)
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late])
      if (done) return chunks
      bytes += value.byteLength
      if (bytes > MOST_JSON_BYTES) throw tooLarge()
      chunks.push(value)
    }
  } finally {
    clearTimeout(timer)
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new OrganMosaicError('usage', 'The body of the request is not UTF-8 text.', { cause })
  }
}

const tooLarge = (): OrganMosaicError =>
  refusal(413, `The body of the request is larger than ${MOST_JSON_BYTES} bytes.`)

function refusal(status: number, message: string): OrganMosaicError {
  return new OrganMosaicError('usage', message, { details: { status } })
}
