// Work that can be asked for again and again: what is finished is kept, what was interrupted goes on, the rest begins.
import type { EvaluationReport } from '../../../contract/report.ts'
import type { Services } from '../services.ts'
import type { Watch } from '../jobs/run-job.ts'
import { isCurrent } from '../results/is-current.ts'
import type { EvaluationRequest } from './evaluate-run.ts'
import type { RunRequest } from './plan-run.ts'
import { describeTakenOver, takeOverStages } from './take-over-stages.ts'

/** How a host shows what goes on. */
export interface RunHost {
  readonly note: (text: string) => void
  /** Follows a started run to its end, from a journal offset. @throws OrganMosaicError when it does not finish */
  readonly followRun: (name: string, from: number) => Promise<unknown>
  readonly watchJob: <T>(label: string, work: (watch: Watch) => Promise<T>) => Promise<T>
}

export interface TrainOptions {
  /** Where it is started when nobody works on it; where it was before unless given. */
  readonly place?: string | undefined
  /** Names of runs whose stages it may take over where they are the same. */
  readonly relatives?: readonly string[]
}

export async function ensureTrained(
  services: Services,
  request: RunRequest,
  host: RunHost,
  { place, relatives = [] }: TrainOptions = {},
): Promise<void> {
  const known = services.listRuns().find(({ name }) => name === request.name)
  if (known?.state === 'finished') return host.note(`Run ${request.name} is finished already.`)
  const isWorkedOn = known?.state === 'running' || (known?.state === 'queued' && known.place !== null)
  if (known && !isWorkedOn) host.note(`Run ${request.name} goes on where it was (${known.state}).`)
  if (!known) services.createRun(request)
  const taken = isWorkedOn ? null : takeOverStages(services.workspace, request.name, relatives)
  if (taken) host.note(describeTakenOver(taken))
  const from = isWorkedOn ? 0 : await services.startRun(request.name, place === undefined ? {} : { place })
  await host.followRun(request.name, from)
}

/** The newest report of the run as it is now; null without one. */
export function findReport(services: Services, request: EvaluationRequest): EvaluationReport | null {
  const { summary } = services.getRun(request.run)
  const found = services
    .listEvaluations(request.run)
    .findLast(
      (report) =>
        report.dataset === request.dataset &&
        report.model === request.model &&
        report.stage === request.stage &&
        isCurrent(report, summary),
    )
  return found ?? null
}

/** A report of the run as it is now is taken as it is. */
export async function ensureScored(
  services: Services,
  request: EvaluationRequest,
  host: RunHost,
): Promise<EvaluationReport> {
  const label = `${request.run}, stage ${request.stage}, ${request.model}: `
  return findReport(services, request) ?? host.watchJob(label, (watch) => services.evaluateRun(request, watch))
}
