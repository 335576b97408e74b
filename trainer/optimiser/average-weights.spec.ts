import { describe, expect, it } from 'vitest'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { createWeightAverage, followWeights, keptShare, refreshAverage, type WeightAverage } from './average-weights.ts'

const parametersAt = (value: number) => new Map([['kernel', tf.variable(tf.tensor2d([[value, -value]]))]])
const read = (average: WeightAverage) => [...average.values.get('kernel')!.dataSync()]

/** The weight of update t is its number: the average then is the mean number of the updates that it holds. */
function follow(average: WeightAverage, updates: number): void {
  const parameters = parametersAt(0)
  for (let t = 1; t <= updates; t++) {
    parameters.get('kernel')!.assign(tf.tensor2d([[t, -t]]))
    followWeights(average, parameters, t)
  }
  refreshAverage(average, parameters, updates)
}

describe('keptShare', () => {
  it.each([
    // (before / now) to the power 1 / share - 1
    { share: 0.25, before: 1, now: 2, kept: 0.125 },
    { share: 0.1, before: 9, now: 10, kept: 0.387420489 },
    { share: 0.1, before: 0, now: 1, kept: 0 },
  ])('$share from $before to $now: $kept', ({ share, before, now, kept }) => {
    expect(keptShare(share, before, now)).toBeCloseTo(kept, 12)
  })

  it('in two calls is as in one', () => {
    expect(keptShare(0.05, 30, 35) * keptShare(0.05, 35, 40)).toBeCloseTo(keptShare(0.05, 30, 40), 12)
  })
})

describe('a weight average', () => {
  it('begins with the first weights that it sees', () => {
    const average = createWeightAverage(0.25)
    followWeights(average, parametersAt(3), 1)
    expect(read(average)).toEqual([3, -3])
    // kept 0.125, and the new ones 0.875: 0.375 + 4.375
    followWeights(average, parametersAt(5), 2)
    expect(read(average)[0]).toBeCloseTo(4.75, 6)
  })

  it.each([0.02, 0.05, 0.1, 0.3])('looks back over %d of the training so far, however long that is', (share) => {
    for (const updates of [200, 1000]) {
      const average = createWeightAverage(share)
      follow(average, updates)
      const age = updates - read(average)[0]!
      // It is brought up to date in steps of a quarter of that age.
      expect(Math.abs(age / (share * updates) - 1)).toBeLessThan(0.2)
    }
  })

  it('taking the same update in again changes nothing', () => {
    const average = createWeightAverage(0.1)
    follow(average, 20)
    const before = read(average)
    refreshAverage(average, parametersAt(99), 20)
    expect(read(average)).toEqual(before)
  })

  it('never changes the weights themselves, and leaks nothing after the first', async () => {
    const parameters = parametersAt(2)
    const average = createWeightAverage(0.1)
    refreshAverage(average, parameters, 1)
    parameters.get('kernel')!.assign(tf.tensor2d([[4, 4]]))
    expect(read(average)).toEqual([2, -2])
    expect(await leakedTensors(() => refreshAverage(average, parameters, 2))).toBe(0)
    expect([...parameters.get('kernel')!.dataSync()]).toEqual([4, 4])
  })
})
