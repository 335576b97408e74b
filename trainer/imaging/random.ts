// Randomness as a pure function of a key: (seed, stage, step, model, slot) always gives the same stream, so
// prefetch order and resumption change nothing, and nobody stores generator state.
// The key is hashed to 128 bits, which seed the small fast generator sfc32 (Chris Doty-Humphrey, PractRand).
import { OrganMosaicError } from '../../contract/errors.ts'

export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Standard normal. */
  normal(): number
  /** Uniform integer in [0, n); n from 1 to 2^32. @throws internal when n is outside that */
  integer(n: number): number
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[]
}

/** @throws internal when a number of the key is not finite: such keys come from a bug and would collide. */
export function createRandom(...key: (number | string)[]): Random {
  const next32 = createGenerator(hashKey(key))
  let spare: number | null = null

  const next = (): number => next32() / 2 ** 32
  const integer = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new OrganMosaicError('internal', `integer(n) needs a whole n from 1 to 2^32, got ${n}`)
    }
    return Math.floor(next() * n)
  }
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    normal() {
      if (spare !== null) {
        const value = spare
        spare = null
        return value
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      const angle = 2 * Math.PI * next()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
    integer,
    shuffle(items) {
      const shuffled = [...items]
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = integer(last + 1)
        const held = shuffled[last] as (typeof shuffled)[number]
        shuffled[last] = shuffled[other] as (typeof shuffled)[number]
        shuffled[other] = held
      }
      return shuffled
    },
  }
}

/** Four 32-bit lanes over the characters of the key's JSON text, which keeps 1, '1' and (1, 1), (11) apart. */
function hashKey(key: readonly (number | string)[]): [number, number, number, number] {
  for (const part of key) {
    if (typeof part === 'number' && !Number.isFinite(part)) {
      throw new OrganMosaicError('internal', `a random key needs finite numbers, got (${key.join(', ')})`)
    }
  }
  const text = JSON.stringify(key)
  let [a, b, c, d] = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] // digits of pi
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    a = Math.imul(rotate(a ^ code, 7), 0x9e3779b1) + d
    b = Math.imul(rotate(b ^ code, 13), 0x85ebca77) + a
    c = Math.imul(rotate(c ^ code, 17), 0xc2b2ae3d) + b
    d = Math.imul(rotate(d ^ code, 5), 0x27d4eb2f) + c
  }
  return [mix(a), mix(b), mix(c), mix(d)]
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))

/** Spreads every input bit over the whole word. */
function mix(word: number): number {
  let value = word | 0
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d)
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b)
  return value ^ (value >>> 16)
}

/** sfc32: three mixed words and a counter, which guarantees a period of at least 2^32. */
function createGenerator([a, b, c, counter]: [number, number, number, number]): () => number {
  const next32 = (): number => {
    const output = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (rotate(c, 21) + output) | 0
    return output >>> 0
  }
  for (let warmUp = 0; warmUp < 12; warmUp++) next32()
  return next32
}
