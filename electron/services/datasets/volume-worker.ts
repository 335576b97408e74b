// A thread that reads volumes, one job after the other, so that decoding never stops the host from answering.
import { parentPort } from 'node:worker_threads'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import { openFirstPlanes } from '../volumes/first-planes.ts'
import { drawCase } from './draw-case.ts'
import { inspectCase } from './inspect-case.ts'
import type { VolumeJob } from './volume-jobs.ts'

const port = parentPort!

const work = (job: VolumeJob): Promise<unknown> =>
  job.kind === 'inspect' ? inspectCase(job.root, job.found, openFirstPlanes(job.cacheFolder)) : drawCase(job)

port.on('message', (job: VolumeJob) => {
  work(job).then(
    (result) => port.postMessage({ result }),
    (thrown: unknown) => {
      const { code, message, details } = toOrganMosaicError(thrown)
      port.postMessage({ failure: { code, message, details } })
    },
  )
})
