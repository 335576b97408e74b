// The thread behind guarded-codec.ts: one stream in, one frame or one sentence out.
import { parentPort } from 'node:worker_threads'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import { decodeWith } from './codecs.ts'
import type { CodecAnswer, CodecRequest } from './guarded-codec.ts'

const port = parentPort!
const send = (answer: CodecAnswer, moved: ArrayBuffer[] = []): void => port.postMessage(answer, moved)

port.on('message', ({ name, stream, path }: CodecRequest) => {
  decodeWith(name, stream, path).then(
    (frame) => send({ frame }, [frame.bytes.buffer as ArrayBuffer]),
    (error: unknown) => send({ message: toOrganMosaicError(error).message }),
  )
})
