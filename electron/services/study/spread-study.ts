// A study on a cluster: all of its runs are given to the queue at once, as one array, and then followed and scored in turn.
import type { StudyConfig } from '../../../contract/study.ts'
import type { Services } from '../services.ts'
import { findPlace } from '../places/find-place.ts'
import type { RunHost } from '../runs/ensure-run.ts'
import { askRuns } from './ask-runs.ts'
import { planStudy } from './run-study.ts'

/** Another machine works on one run after the other, as this one does. @throws OrganMosaicError as startRuns, planRun */
export async function spreadStudy(services: Services, config: StudyConfig, { note }: RunHost): Promise<void> {
  if (config.place === undefined || findPlace(services.workspace, config.place)?.kind !== 'slurm') return
  await services.lookAtPlaces()
  const known = new Map(services.listRuns().map((run) => [run.name, run]))
  const idle = planStudy(config)
    .map(({ request }) => request)
    .filter(({ name }) => {
      const run = known.get(name)
      return !run || !(run.state === 'finished' || run.state === 'running' || (run.state === 'queued' && run.place))
    })
  if (idle.length === 0) return
  for (const request of idle) if (!known.has(request.name)) services.createRun(request)
  await services.startRuns(
    idle.map(({ name }) => name),
    { place: config.place },
  )
  note(`${idle.length} ${idle.length === 1 ? 'run waits' : 'runs wait'} in the queue of ${config.place}.`)
}

/** The run that was followed was asked already; the others of the array wait or run too. */
export async function askOthers(services: Services, config: StudyConfig, state: 'paused' | 'cancelled'): Promise<void> {
  if (config.place === undefined) return
  const runs = planStudy(config).map(({ request }) => request.name)
  await askRuns(services, runs, state === 'paused' ? 'pause' : 'stop')
}
