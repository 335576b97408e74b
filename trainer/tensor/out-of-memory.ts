// Tells a refusal of memory from other errors. TensorFlow throws ResourceExhausted on a card and mostly on the
// processor too; where C++ itself cannot allocate, the process ends, and only its log tells (services read that).
import { saysOutOfMemory } from '../../contract/memory.ts'
import { OrganMosaicError } from '../../contract/errors.ts'

export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof OrganMosaicError) return error.code === 'out-of-memory'
  return error instanceof Error && saysOutOfMemory(error.message)
}
