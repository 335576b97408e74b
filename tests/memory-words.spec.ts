import { describe, expect, it } from 'vitest'
import { isNearLimit, saysOutOfMemory } from '../contract/memory.ts'

describe('saysOutOfMemory', () => {
  it.each([
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[1,256,256,256,64] and type float on CPU:0',
    'Invalid TF_Status: 10\nMessage: Operation received an exception:Status: 1, message: could not create a primitive',
    "terminate called after throwing an instance of 'std::bad_alloc'",
    "terminate called after throwing an instance of 'dnnl::error'\n  what():  could not create a primitive",
    'Array buffer allocation failed',
    '# Fatal process out of memory: Failed to reserve virtual memory for CodeRange',
    'RESOURCE_EXHAUSTED: failed to allocate memory',
    'CUDNN_STATUS_ALLOC_FAILED',
    'CUDA_ERROR_OUT_OF_MEMORY: out of memory',
  ])('yes: %s', (text) => expect(saysOutOfMemory(text)).toBe(true))

  it.each([
    'Invalid TF_Status: 3\nMessage: Incompatible shapes: [1,2] vs. [1,3]',
    'There is no room for case 7 in this dataset',
    'Operation received an exception:Status: 3, message: could not create a primitive',
  ])('no: %s', (text) => expect(saysOutOfMemory(text)).toBe(false))
})

describe('isNearLimit', () => {
  it.each([
    { residentMb: 900, availableMb: 500, limitMb: 1000, near: true },
    { residentMb: 300, availableMb: 50, limitMb: 1000, near: true },
    { residentMb: 300, availableMb: 500, limitMb: 1000, near: false },
  ])('%o', ({ near, ...use }) => expect(isNearLimit(use)).toBe(near))
})
