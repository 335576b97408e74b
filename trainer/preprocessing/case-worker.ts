// A preprocessing thread: one case after the other, as it is told. It knows no tensors.
import { parentPort, workerData } from 'node:worker_threads'
import { toOrganMosaicError } from '../../contract/errors.ts'
import type { CaseReply, CaseTask, CaseWorkerData } from './case-pool.ts'
import { preprocessCase } from './preprocess-case.ts'

const port = parentPort!
const { datasets, plan } = workerData as CaseWorkerData

port.on('message', ({ dataset, entry, folder }: CaseTask) => {
  preprocessCase(datasets[dataset]!, entry, plan, folder).then(
    (preparation) => port.postMessage({ preparation } satisfies CaseReply),
    (error: unknown) => {
      // An error loses its class and code on its way between threads.
      const { code, message, details } = toOrganMosaicError(error)
      port.postMessage({ failure: { code, message, details } } satisfies CaseReply)
    },
  )
})
