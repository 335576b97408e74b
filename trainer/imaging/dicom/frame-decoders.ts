// Compressed frames of one series decoded by several threads, the one that asks among them: decoding is most of the time
// that a compressed series takes to be read. The threads live as long as the series is read.
import { Worker } from 'node:worker_threads'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { decodeCompressed, type CompressedFrame, type DecodeFrame } from './compressed-frame.ts'
import type { FrameValues } from './stored-values.ts'

export interface FrameRequest {
  readonly id: number
  readonly frame: CompressedFrame
}

type Failure = Pick<OrganMosaicError, 'code' | 'message' | 'details'>
export type FrameAnswer = { readonly id: number } & ({ readonly values: FrameValues } | { readonly failure: Failure })

export interface FrameDecoders extends AsyncDisposable {
  readonly decode: DecodeFrame
  /** How many files must be read at once, so that no thread waits for one */
  readonly files: number
}

interface Waiting {
  readonly frame: CompressedFrame
  readonly resolve: (values: FrameValues) => void
  readonly reject: (error: unknown) => void
}

interface Helper {
  readonly worker: Worker
  readonly given: Map<number, Waiting>
}

/** A helper holds a decoder of its own, of about 100 MB. */
const MOST_THREADS = 6
/** Of one helper: it decodes the one and has the others at hand while this thread is busy with a frame of its own. */
const GIVEN_AT_ONCE = 3
/** Of each thread: reading a file takes several turns of an event loop that decodes between them. */
const FILES_AT_ONCE = 6

/** @param threads that may decode at once, this one among them; with 1, none is started */
export function openFrameDecoders(threads: number): FrameDecoders {
  const queue: Waiting[] = []
  const helpers = Array.from({ length: Math.min(threads, MOST_THREADS) - 1 }, () => startHelper(pump))
  let [lastId, busyHere] = [0, false]

  function pump(): void {
    while (queue.length > 0) {
      const helper = helpers.find(({ given }) => given.size < GIVEN_AT_ONCE)
      if (helper) give(helper, (lastId += 1), queue.shift()!)
      else if (!busyHere) void decodeHere(queue.shift()!)
      else return
    }
  }

  async function decodeHere({ frame, resolve, reject }: Waiting): Promise<void> {
    busyHere = true
    await decodeCompressed(frame).then(resolve, reject)
    busyHere = false
    // What the helpers answered meanwhile comes first.
    setImmediate(pump)
  }

  return {
    files: threads === 1 ? 1 : FILES_AT_ONCE * (helpers.length + 1),
    decode: (frame) =>
      new Promise((resolve, reject) => {
        queue.push({ frame, resolve, reject })
        pump()
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all(helpers.map(({ worker }) => worker.terminate()))
    },
  }
}

function startHelper(onAnswer: () => void): Helper {
  const worker = new Worker(new URL('./frame-worker.ts', import.meta.url))
  const given = new Map<number, Waiting>()
  worker.on('message', (answer: FrameAnswer) => {
    const waiting = given.get(answer.id)
    given.delete(answer.id)
    if ('values' in answer) waiting?.resolve(answer.values)
    else waiting?.reject(revive(answer.failure))
    onAnswer()
  })
  const end = (cause?: unknown): void => {
    const error = new OrganMosaicError('internal', 'A thread that decodes slices ended; try again.', { cause })
    for (const { reject } of given.values()) reject(error)
  }
  worker.on('error', end).on('exit', () => end())
  return { worker, given }
}

function revive({ code, message, details }: Failure): OrganMosaicError {
  return new OrganMosaicError(code, message, { details })
}

function give({ worker, given }: Helper, id: number, waiting: Waiting): void {
  given.set(id, waiting)
  const { frame } = waiting
  // A copy that is handed over: of a part of a file, the whole file would be sent.
  const stream = new Uint8Array(frame.stream)
  worker.postMessage({ id, frame: { ...frame, stream } } satisfies FrameRequest, [stream.buffer])
}
