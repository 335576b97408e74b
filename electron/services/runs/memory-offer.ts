// A run that ended for want of memory: told by its trainer, or, where the trainer was killed, from what it left.
import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { JobState } from '../../../contract/job.ts'
import {
  isNearLimit,
  MEMORY_USE_FILE,
  MemoryUseSchema,
  saysOutOfMemory,
  showPatch,
  SMALLER_PATCH_FILE,
  type MemoryOffer,
  type MemoryUse,
} from '../../../contract/memory.ts'
import { PlanSchema } from '../../../contract/plan.ts'
import type { RunConfig } from '../../../contract/run-config.ts'
import { offerSmallerPatch } from '../../../trainer/imaging/planning/offer-smaller-patch.ts'
import { presentLog } from '../jobs/follow-job.ts'
import { jobState } from '../jobs/job-state.ts'
import { readJobProcess } from '../../../trainer/job-folder/process-liveness.ts'
import { lastEvent } from '../../../trainer/job-folder/read-journal.ts'
import { readJsonFile, writeJsonFile } from '../workspace/json-file.ts'

/** @returns null when memory was not the reason, or the run goes on already */
export function readMemoryOffer(folder: string, state: JobState): MemoryOffer | null {
  if (state === 'paused') {
    const told = lastEvent(folder, 'out-of-memory')
    // A pause that a person asked for is no such pause.
    if (!told || told.taken || lastEvent(folder, 'state')?.seq !== told.seq + 1) return null
    const { patch, smallerPatch, message } = told
    return { patch, smallerPatch, message }
  }
  const what = state === 'interrupted' ? explainDeath(folder) : null
  const plan = join(folder, 'plan.json')
  return what === null || !existsSync(plan) ? null : offerSmallerPatch(readJsonFile(plan, PlanSchema), what)
}

/** A sentence; null when nothing tells that memory was the reason. */
function explainDeath(folder: string): string | null {
  if (saysOutOfMemory(presentLog(folder))) return 'The trainer ended because it was refused memory.'
  const use = readMemoryUse(folder)
  if (!use || !isNearLimit(use)) return null
  const [resident, limit, free] = [use.residentMb, use.limitMb, use.availableMb].map((mb) => (mb / 1024).toFixed(1))
  return `The trainer was ended from outside when it took ${resident} GB of ${limit} GB of memory and ${free} GB were left: most likely by the system, for want of memory.`
}

/** What the process that worked last wrote; null when it is an earlier one's. */
function readMemoryUse(folder: string): MemoryUse | null {
  const path = join(folder, MEMORY_USE_FILE)
  const process = readJobProcess(folder)
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (written === undefined || !process || written < Date.parse(process.startedAt)) return null
  return readJsonFile(path, MemoryUseSchema)
}

/**
 * Leaves the answer to an offer for the trainer that starts next.
 * @param wanted whether a person takes the smaller patch; `shrink` takes it unasked
 * @throws OrganMosaicError `conflict` when it is wanted and none is offered
 */
export function answerMemoryOffer(
  folder: string,
  name: string,
  wanted: boolean,
  rule: RunConfig['runtime']['onOutOfMemory'],
): void {
  const offer = readMemoryOffer(folder, jobState(folder))
  const patch = offer?.smallerPatch ?? null
  rmSync(join(folder, SMALLER_PATCH_FILE), { force: true })
  if (wanted && patch === null) {
    const message = offer?.message ?? `Run ${name} did not run out of memory; resume it without a smaller patch.`
    throw new OrganMosaicError('conflict', message)
  }
  if (patch !== null && (wanted || rule === 'shrink')) writeJsonFile(join(folder, SMALLER_PATCH_FILE), { patch })
}

/** The offer with what to type. */
export function describeOffer(name: string, { patch, smallerPatch, message }: MemoryOffer): string {
  const again = `organ-mosaic resume ${name} tries ${showPatch(patch)} again.`
  return smallerPatch === null
    ? `${message} With more free memory, ${again}`
    : `${message} organ-mosaic resume ${name} --smaller-patch goes on with it from the last checkpoint; ${again}`
}
