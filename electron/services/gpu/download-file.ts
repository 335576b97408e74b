// One file of an index onto the disk: goes on where an earlier try ended, and is nobody's before its checksum is right.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { setTimeout as sleep } from 'node:timers/promises'
import { asDiskError, OrganMosaicError } from '../../../contract/errors.ts'
import { formatBytes } from '../../../contract/format-bytes.ts'
import { networkReason } from '../network/network-reason.ts'

export interface Download {
  readonly url: string
  readonly filename: string
  readonly sha256: string
  readonly bytes: number
  readonly headers: Record<string, string>
}

export interface DownloadContext {
  readonly signal?: AbortSignal
  /** Of this file, what came in earlier tries with it. */
  readonly onBytes?: (done: number) => void
  /** Between tries; a try that brought something does not count. */
  readonly waitMs?: number
}

const TRIES = 5

/**
 * @param target where it lies afterwards; TARGET.part until then
 * @throws OrganMosaicError `environment` when the network fails for long, `invalid-file` for a wrong checksum, `disk`
 */
export async function downloadFile(file: Download, target: string, context: DownloadContext = {}): Promise<void> {
  if ((await sizeOf(target)) === file.bytes) return
  const part = `${target}.part`
  for (let failures = 0; (await sizeOf(part)) !== file.bytes;) {
    const before = await sizeOf(part)
    try {
      await fetchRest(file, part, before, context)
    } catch (thrown) {
      context.signal?.throwIfAborted()
      if (asDiskError(thrown) !== thrown) throw asDiskError(thrown, part)
      failures = (await sizeOf(part)) > before ? 0 : failures + 1
      if (failures >= TRIES) throw gaveUp(file, await sizeOf(part), thrown)
      await sleep(context.waitMs ?? 2000 * (failures + 1), undefined, { signal: context.signal })
    }
  }
  await requireChecksum(file, part)
  await rename(part, target)
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

async function fetchRest(file: Download, part: string, from: number, context: DownloadContext): Promise<void> {
  // Longer than it should be: not a beginning of this file.
  const start = from > file.bytes ? 0 : from
  const range: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {}
  const answer = await fetch(file.url, { headers: { ...file.headers, ...range }, signal: context.signal ?? null })
  if (!answer.ok || !answer.body) throw new Error(`the server answered ${answer.status}`)
  // A server that knows no ranges sends everything again.
  const continues = answer.status === 206
  let done = continues ? start : 0
  const count = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      done += chunk.length
      if (done > file.bytes) throw new Error(`the server sent more than the ${file.bytes} bytes of the index`)
      context.onBytes?.(done)
      yield chunk
    }
  }
  const body = Readable.fromWeb(answer.body as ReadableStream<Uint8Array>)
  await pipeline(body, count, createWriteStream(part, { flags: continues ? 'a' : 'w' }))
  if (done < file.bytes) throw new Error('the connection was closed early')
}

async function requireChecksum({ filename, sha256 }: Download, part: string): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(part), hash)
  const found = hash.digest('hex')
  if (found === sha256) return
  await rm(part, { force: true })
  throw new OrganMosaicError(
    'invalid-file',
    `${filename} arrived with another checksum (${found.slice(0, 12)}…) than the index gives (${sha256.slice(0, 12)}…) and was removed. Try again; when it happens twice, a proxy or mirror changes the file.`,
  )
}

function gaveUp({ filename, bytes }: Download, done: number, cause: unknown): OrganMosaicError {
  const share = `${formatBytes(done)} of ${formatBytes(bytes)}`
  return new OrganMosaicError(
    'environment',
    `${filename} could not be downloaded (${networkReason(cause)}); ${share} are kept. Check the network and start again: it goes on from there.`,
    { cause },
  )
}
