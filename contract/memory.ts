// When the memory does not suffice: what is known, what is offered, and how a person answers.
import { z } from 'zod'
import { ShapeSchema } from './geometry.ts'

export const MemoryOfferSchema = z.object({
  patch: ShapeSchema.describe('Did not fit'),
  smallerPatch: ShapeSchema.nullable().describe('Would need about half as much; null: no smaller one is possible'),
  message: z.string().describe('What happened, in a sentence'),
})
export type MemoryOffer = z.infer<typeof MemoryOfferSchema>

/** smaller-patch.json: the answer to an offer, read by the trainer when it starts. */
export const SmallerPatchSchema = z.object({ patch: ShapeSchema })
export const SMALLER_PATCH_FILE = 'smaller-patch.json'

/** memory-use.json: how much the trainer takes, written while it works, for the case that it is killed. */
export const MemoryUseSchema = z.object({
  residentMb: z.number().nonnegative(),
  availableMb: z.number().nonnegative().describe('What this machine or container had left then'),
  limitMb: z.number().positive().describe('Memory of this machine or container'),
})
export type MemoryUse = z.infer<typeof MemoryUseSchema>
export const MEMORY_USE_FILE = 'memory-use.json'

/** A process that takes so much of all memory, or leaves so little, is the one that a system ends. */
const LARGE_SHARE = 0.85
const SMALL_SHARE = 0.1

export const isNearLimit = ({ residentMb, availableMb, limitMb }: MemoryUse): boolean =>
  residentMb > LARGE_SHARE * limitMb || availableMb < SMALL_SHARE * limitMb

/** As TensorFlow (processor and CUDA), C++, V8 and oneDNN (by the number of its status, or by what it could not make) word it. */
const outOfMemoryWords =
  /\bOOM\b|resource[ _]?exhausted|out[ _]of[ _]memory|bad_alloc|failed to allocate|allocation failed|ALLOC_FAILED|exception: ?Status: 1,|what\(\): +could not create a primitive/i

export const saysOutOfMemory = (text: string): boolean => outOfMemoryWords.test(text)

/** @example '64 x 80 x 64' */
export const showPatch = (patch: readonly number[]): string => patch.join(' x ')
