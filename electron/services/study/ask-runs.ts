// Pauses or stops those runs of a study that run, or wait for their turn on a cluster.
import type { Services } from '../services.ts'

export async function askRuns(services: Services, runs: readonly string[], request: 'pause' | 'stop'): Promise<void> {
  const busy = services.runDesk
    .list()
    .filter(({ name, state, place }) => runs.includes(name) && (state === 'running' || (state === 'queued' && place)))
  // A run that just ended has nothing to pause.
  await Promise.allSettled(busy.map(({ name }) => services.controlRun(name, request)))
}
