// JPEG-LS decoded in a thread that can be ended: on some damaged streams its decoder counts for longer than anybody waits,
// and nothing can interrupt it. The thread is kept for the next frame, and keeps no process alive.
import { Worker } from 'node:worker_threads'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { CodecName, DecodedFrame } from './codecs.ts'

export interface CodecRequest {
  readonly name: CodecName
  readonly stream: Uint8Array
  readonly path: string
}

export type CodecAnswer = { readonly frame: DecodedFrame } | { readonly message: string }

/** A frame of 512 x 512 takes some milliseconds; time enough for a busy machine, and for large frames. */
const limitFor = (pixels: number): number => 5000 + pixels / 1000

let thread: Worker | null = null
let turn: Promise<unknown> = Promise.resolve()

/**
 * One frame after the other.
 * @throws OrganMosaicError invalid-file when the stream is damaged, or takes longer than any whole one
 */
export function decodeGuarded(
  request: CodecRequest,
  pixels: number,
  limitMs = limitFor(pixels),
): Promise<DecodedFrame> {
  const decoded = turn.then(() => decodeWithin(request, limitMs))
  turn = decoded.catch(() => undefined)
  return decoded
}

function decodeWithin({ name, stream, path }: CodecRequest, limitMs: number): Promise<DecodedFrame> {
  const worker = (thread ??= startThread())
  const broken = (cause?: unknown): OrganMosaicError =>
    new OrganMosaicError(
      'invalid-file',
      `${path} is damaged: its compressed pixels cannot be decoded. Copy or download it again.`,
      { cause },
    )
  const { promise, resolve, reject } = Promise.withResolvers<DecodedFrame>()
  const end = (cause?: unknown): void => {
    thread = null
    void worker.terminate()
    reject(broken(cause))
  }
  const onAnswer = (answer: CodecAnswer): void =>
    'frame' in answer ? resolve(answer.frame) : reject(new OrganMosaicError('invalid-file', answer.message))
  const timer = setTimeout(end, limitMs)
  worker.on('message', onAnswer).on('error', end).ref()
  // A copy that is handed over: of a part of a file, the whole file would be sent.
  const copy = new Uint8Array(stream)
  worker.postMessage({ name, stream: copy, path } satisfies CodecRequest, [copy.buffer])
  return promise.finally(() => {
    clearTimeout(timer)
    worker.off('message', onAnswer).off('error', end).unref()
  })
}

const startThread = (): Worker => new Worker(new URL('./codec-worker.ts', import.meta.url))
