// This machine: the trainer is a child process that outlives whoever started it.
import { requestControl } from '../jobs/request-control.ts'
import { startJob } from '../jobs/start-job.ts'
import { forgetJobPlace } from './job-place.ts'
import type { PlaceWork } from './place.ts'

export const localPlace: PlaceWork = {
  async start(folders) {
    for (const folder of folders) {
      await startJob(folder)
      forgetJobPlace(folder)
    }
  },
  ask: (folder, request) => Promise.resolve(requestControl(folder, request)),
  look: () => Promise.resolve(),
  check: () => Promise.resolve([{ state: 'good', message: 'Jobs run as processes of this machine.' }]),
}
