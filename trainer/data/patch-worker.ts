// The data worker's thread: draws the patches it is asked for, in that order, and hands their memory over.
import { parentPort, workerData } from 'node:worker_threads'
import { toOrganMosaicError } from '../../contract/errors.ts'
import { PatchSource } from './patch-source.ts'
import type { PatchRequest, PatchSetup } from './patch.ts'

const port = parentPort!
const source = new PatchSource(workerData as PatchSetup)
let queue = Promise.resolve()

port.on('message', (request: PatchRequest) => {
  queue = queue.then(async () => {
    try {
      const patch = await source.draw(request)
      port.postMessage({ patch }, [patch.image.buffer, patch.codes.buffer])
    } catch (error) {
      // An error loses its class and code on its way between threads.
      const { code, message, details } = toOrganMosaicError(error)
      port.postMessage({ failure: { code, message, details } })
    }
  })
})
