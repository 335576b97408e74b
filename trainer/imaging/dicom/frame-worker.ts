// A thread that decodes compressed frames as it is told, and hands their memory over.
import { parentPort } from 'node:worker_threads'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import { decodeCompressed } from './compressed-frame.ts'
import type { FrameAnswer, FrameRequest } from './frame-decoders.ts'

const port = parentPort!
const send = (answer: FrameAnswer, moved: ArrayBuffer[] = []): void => port.postMessage(answer, moved)

port.on('message', ({ id, frame }: FrameRequest) => {
  decodeCompressed(frame).then(
    (values) => send({ id, values }, [values.buffer as ArrayBuffer]),
    (error: unknown) => {
      // An error loses its class and code on its way between threads.
      const { code, message, details } = toOrganMosaicError(error)
      send({ id, failure: { code, message, details } })
    },
  )
})
