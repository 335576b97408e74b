// Tells a refusal of memory from other errors. TensorFlow throws ResourceExhausted on a card and mostly on the
// processor too; where C++ itself cannot allocate, the process ends, and only its log tells (services read that).
import { saysOutOfMemory } from '../../contract/memory.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import { tf } from './tensorflow.ts'

export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof OrganMosaicError) return error.code === 'out-of-memory'
  return error instanceof Error && saysOutOfMemory(error.message)
}

/**
 * Frees what a refused computation left behind: tfjs keeps the values that gradients need until the gradients are
 * there, which never came. Without this the next, smaller computation has less memory than the first one had.
 */
export function releaseRefusedWork(): void {
  const { state } = tf.engine()
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? [])
  state.activeTape = []
}
