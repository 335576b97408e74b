// A training job that meets the end of the memory: pauses with a proposal, or goes on with a smaller patch.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { Shape } from '../../contract/geometry.ts'
import type { TrainJob } from '../../contract/job.ts'
import { showPatch, SMALLER_PATCH_FILE, SmallerPatchSchema } from '../../contract/memory.ts'
import type { Plan } from '../../contract/plan.ts'
import { offerSmallerPatch } from '../imaging/planning/offer-smaller-patch.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { isOutOfMemory } from '../tensor/out-of-memory.ts'
import type { Journal } from './journal.ts'
import { readJsonFile } from './read-json-file.ts'
import { readSettledPlan } from './settled-plan.ts'
import { StartAgain } from './start-again.ts'
import { runTrainJob } from './train.ts'

/** Thrown where a person has to choose; everything needed to go on is on disk. */
export class MemoryPause extends Error {}

/** @throws MemoryPause, StartAgain, and as runTrainJob; OrganMosaicError out-of-memory when no smaller patch is possible */
export async function trainWithinMemory(folder: string, job: TrainJob, journal: Journal): Promise<void> {
  await takeAnswer(folder, journal)
  try {
    await runTrainJob(folder, job, journal)
  } catch (error) {
    const plan = isOutOfMemory(error) ? await readSettledPlan(folder) : null
    if (!plan) throw error
    await answerRefusal(folder, job, plan, journal, error)
  }
}

/** What a person, or the services in the name of the configuration, answered before this process was started. */
async function takeAnswer(folder: string, journal: Journal): Promise<void> {
  const path = join(folder, SMALLER_PATCH_FILE)
  if (!existsSync(path)) return
  const { patch } = await readJsonFile(path, SmallerPatchSchema, 'Delete it and resume the run.')
  const plan = await readSettledPlan(folder)
  if (plan) await changePatch(folder, plan, patch, journal)
  await rm(path)
}

/** @throws MemoryPause, StartAgain, OrganMosaicError */
async function answerRefusal(
  folder: string,
  job: TrainJob,
  plan: Plan,
  journal: Journal,
  error: unknown,
): Promise<never> {
  const refused = `The memory did not suffice for a patch of ${showPatch(plan.patch)} voxels.`
  // A process that the system ended is named.
  const offer = offerSmallerPatch(plan, error instanceof OrganMosaicError ? error.message : refused)
  const { smallerPatch: smaller, message } = offer
  const taken = smaller !== null && job.config.runtime.onOutOfMemory === 'shrink'
  console.error(error)
  journal.append({ type: 'out-of-memory', ...offer, taken })
  if (smaller === null) throw new OrganMosaicError('out-of-memory', message, { cause: error })
  if (!taken) throw new MemoryPause(message)
  await changePatch(folder, plan, smaller, journal)
  throw new StartAgain()
}

/** The network has no size of its own: its weights and all that was trained go on with another patch. */
async function changePatch(folder: string, plan: Plan, patch: Shape, journal: Journal): Promise<void> {
  const message = `Patch ${showPatch(patch)} instead of ${showPatch(plan.patch)} from here on: the memory did not suffice.`
  const changed: Plan = { ...plan, patch, reasons: [...plan.reasons, message] }
  await writeFileAtomically(join(folder, 'plan.json'), JSON.stringify(changed, null, 2))
  journal.append({ type: 'log', level: 'warning', message })
}
