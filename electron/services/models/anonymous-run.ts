// What of a run travels with its models: everything that predicting and checking for leakage takes, nothing of patients,
// places or people.
import type { JobEvent } from '../../../contract/events.ts'
import type { TrainJob } from '../../../contract/job.ts'

/** Images stay known by the hash of their voxels, so that a test set with one of them is still refused. */
export function anonymousJob(job: TrainJob): TrainJob {
  return {
    ...job,
    cacheFolder: '',
    stage1From: null,
    datasets: job.datasets.map((dataset) => {
      const patients = new Map(
        [...new Set(dataset.cases.map(({ patient }) => patient))].map((name, n) => [name, n + 1]),
      )
      return {
        ...dataset,
        root: '',
        cases: dataset.cases.map((entry, n) => ({
          id: `case-${n + 1}`,
          patient: `patient-${patients.get(entry.patient)}`,
          images: dataset.channels.map(() => ''),
          labels: [],
          status: entry.status,
          excludedReason: null,
          geometry: null,
          imageHash: entry.imageHash,
          fileHash: null,
          intensities: [],
          availability: entry.availability,
        })),
      }
    }),
  }
}

const KEPT = ['metrics', 'checkpoint', 'device', 'state'] as const

/** Numbers, checkpoints and how it ended; log lines and findings name cases and folders. */
export function anonymousJournal(events: readonly JobEvent[]): string {
  const kept = events.filter(({ type }) => (KEPT as readonly string[]).includes(type))
  return kept
    .map((event, n) => ({ ...event, seq: n + 1, ...(event.type === 'checkpoint' ? { path: '' } : {}) }))
    .map((event) => (event.type === 'state' ? { ...event, message: '' } : event))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('')
}
