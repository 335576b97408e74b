import { describe, expect, it } from 'vitest'
import { OrganMosaicError } from '../../contract/errors.ts'
import { isOutOfMemory } from './out-of-memory.ts'
import { tf, type Scalar } from './tensorflow.ts'

/** 2^44 values of 4 bytes: no machine has 64 TB. */
const impossible: [number, number] = [2 ** 22, 2 ** 22]

describe('a computation that is refused memory', () => {
  it('is told from others, and others still work', () => {
    const x = tf.ones([64, 64])
    const refused = () =>
      tf.grad(
        (a) =>
          a
            .square()
            .sum()
            .mul(tf.ones([1, 1]).tile(impossible).sum()) as Scalar,
      )(x)
    let error: unknown = null
    try {
      refused()
    } catch (thrown) {
      error = thrown
    }
    expect(isOutOfMemory(error)).toBe(true)
    const gradient = tf.grad((a) => a.square().sum())(x)
    expect(gradient.dataSync()[0]).toBe(2)
    tf.dispose([gradient, x])
  })

  it('is not every error', () => {
    expect(isOutOfMemory(new Error('Incompatible shapes'))).toBe(false)
    expect(isOutOfMemory(new OrganMosaicError('job-failed', 'The loss became NaN'))).toBe(false)
    expect(isOutOfMemory(new OrganMosaicError('out-of-memory', 'The process of model 2 was ended by SIGKILL'))).toBe(
      true,
    )
  })
})
