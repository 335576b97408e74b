// A thread that decodes volumes one after the other, so that the host goes on answering meanwhile.
import { parentPort } from 'node:worker_threads'
import type { ErrorReport } from '../../../contract/errors.ts'
import { keepCompiled } from '../../keep-compiled.ts'
import type { Recipe, VolumeRest, VolumeStart } from './recipe.ts'

export type WorkerRequest = { id: number; recipe: Recipe }
export type WorkerAnswer =
  | { id: number; type: 'start'; start: VolumeStart }
  | { id: number; type: 'rest'; rest: VolumeRest }
  | { id: number; type: 'failed'; error: ErrorReport['error'] }

keepCompiled()
const [{ toOrganMosaicError }, { decodeVolume }] = await Promise.all([
  import('../../../contract/errors.ts'),
  import('./decode-volume.ts'),
])

const port = parentPort
if (port === null) throw new Error('volume-worker.ts runs as a worker thread')

let last: Promise<void> = Promise.resolve()
port.on('message', (request: WorkerRequest) => {
  last = last.then(() => work(request))
})

async function work({ id, recipe }: WorkerRequest): Promise<void> {
  const send = (answer: WorkerAnswer, moved: ArrayBuffer[] = []): void => port!.postMessage(answer, moved)
  try {
    const rest = await decodeVolume(recipe, (start) => send({ id, type: 'start', start }))
    // Moved, not copied: nobody here looks at the voxels again.
    const { buffer } = rest.voxels
    send({ id, type: 'rest', rest }, buffer instanceof ArrayBuffer ? [buffer] : [])
  } catch (thrown) {
    send({ id, type: 'failed', error: toOrganMosaicError(thrown).toReport().error })
  }
}
