// Kills a trainer child as a power cut would: SIGKILL, at a moment that its journal names.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProcessSchema } from '../../contract/job.ts'
import type { JobEvent } from '../../contract/events.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import type { Services } from '../../electron/services/services.ts'
import { readJournal } from '../../trainer/job-folder/read-journal.ts'
import { runFolderOf } from './train-tiny.ts'

export type KillPoint = {
  name: string
  /** The event after which the child dies. */
  after: (event: JobEvent) => boolean
  delayMs?: number
}

export const atProgress = (phase: 'preprocess' | 'calibrate' | 'pseudo-labels'): KillPoint => ({
  name: phase,
  after: (event) => event.type === 'progress' && event.phase === phase,
})

/** Needs checkpoint.everySeconds=0, so that every step leaves an event. */
export const atStep = (stage: StageNumber, step: number, delayMs = 0): KillPoint => ({
  name: `stage ${stage}, ${delayMs} ms after step ${step}`,
  after: (event) => event.type === 'checkpoint' && event.stage === stage && event.step >= step,
  delayMs,
})

/**
 * Starts or resumes the run and kills it at the point.
 * @returns false when the training came to its end before
 */
export async function startAndKill(
  services: Services,
  name: string,
  { after, delayMs = 0 }: KillPoint,
): Promise<boolean> {
  const folder = runFolderOf(services, name)
  let offset = await services.startRun(name)
  for (;;) {
    const part = readJournal(folder, offset)
    offset = part.end
    if (part.events.some(after)) break
    if (part.events.some((event) => event.type === 'state' && event.state !== 'running')) return false
    await sleep(2)
  }
  await sleep(delayMs)
  return killTrainer(services, name)
}

/** @returns whether the child was still at work, and is dead now */
export async function killTrainer(services: Services, name: string): Promise<boolean> {
  const { pid } = ProcessSchema.parse(
    JSON.parse(readFileSync(join(runFolderOf(services, name), 'process.json'), 'utf8')),
  )
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
  return (await services.followRun(name, () => undefined, { pollMs: 10 })) === 'interrupted'
}
