// A thread that reads volumes, one job after the other, so that decoding never stops the host from answering.
import { parentPort } from 'node:worker_threads'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import { openFirstPlanes } from '../volumes/first-planes.ts'
import { detectFolder } from './detect-folder.ts'
import { drawCase } from './draw-case.ts'
import { inspectCase } from './inspect-case.ts'
import { readChangedCase } from './read-changed-case.ts'
import type { VolumeRequest } from './volume-jobs.ts'

const port = parentPort!

function work({ job, threads }: VolumeRequest): Promise<unknown> {
  if (job.kind === 'detect') return detectFolder(job.root, job.role, job.reading)
  if (job.kind === 'draw') return drawCase(job, threads)
  const firstPlanes = openFirstPlanes(job.cacheFolder)
  return readChangedCase(job.root, job.found, job.signature, (root, found) =>
    inspectCase(root, found, { firstPlanes, threads }),
  )
}

port.on('message', (request: VolumeRequest) => {
  work(request).then(
    (result) => port.postMessage({ result }),
    (thrown: unknown) => {
      const { code, message, details } = toOrganMosaicError(thrown)
      port.postMessage({ failure: { code, message, details } })
    },
  )
})
