// What is proposed to a person, by the trainer or by the services, when a patch of the plan did not fit.
import { showPatch, type MemoryOffer } from '../../../contract/memory.ts'
import type { Plan } from '../../../contract/plan.ts'
import { smallerPatch } from './smaller-patch.ts'

/** @param what happened, a sentence */
export function offerSmallerPatch({ patch, strides }: Plan, what: string): MemoryOffer {
  const smaller = smallerPatch(patch, strides)
  const next =
    smaller === null
      ? 'No smaller patch is possible; start a new run with a smaller network.baseChannels.'
      : `A patch of ${showPatch(smaller)} needs about half as much.`
  return { patch, smallerPatch: smaller, message: `${what} ${next}` }
}
