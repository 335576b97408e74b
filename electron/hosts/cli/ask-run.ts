// Asks a running training to pause or stop, and waits until it did.
import type { RunSummary } from '../../../contract/commands.ts'
import type { Services } from '../../services/services.ts'
import type { Terminal } from './terminal.ts'

/** A step takes seconds; writing pseudo labels or a validation in between can take longer. */
const waitMs = 60_000

export async function askRun(
  services: Services,
  name: string,
  request: 'pause' | 'stop',
  terminal: Terminal,
): Promise<RunSummary> {
  await services.controlRun(name, request)
  const state = await services.followRun(name, () => undefined, { signal: AbortSignal.timeout(waitMs) })
  if (state === 'running') terminal.note(`Run ${name} was asked to ${request} and will do so after its present work.`)
  return services.getRun(name).summary
}
