import { describe, expect, it } from 'vitest'
import type { ClassSet } from '../labels/label-sets.ts'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { patchDice, viewDice } from './patch-dice.ts'
import { viewPatch } from './patch-view.ts'

const target = (codes: number[], sets: ClassSet[]) => ({ codes: Int32Array.from(codes), sets })

describe('patchDice', () => {
  const sets = [[0], [1], [2], [0, 1, 2]]
  it('is the hard Dice of each present organ over the voxels that can be judged', () => {
    // truth 0 1 1 2 ?, predicted 1 1 1 0 1: a has overlap 2 of 2 + 3 (the ignored voxel does not count), b 0 of 1 + 0
    const result = patchDice(Int32Array.from([1, 1, 1, 0, 1]), target([0, 1, 1, 2, 3], sets), 3)
    expect(result).toEqual([
      { classes: [1], dice: 0.8 },
      { classes: [2], dice: 0 },
    ])
  })

  it('a merged label is met by any of its organs', () => {
    const result = patchDice(Int32Array.from([0, 1, 2]), target([0, 1, 1], [[0], [1, 2]]), 3)
    expect(result).toEqual([{ classes: [1, 2], dice: 1 }])
  })
})

describe('viewDice', () => {
  it('says of logits what patchDice says of their likeliest classes', () => {
    // a model that knows classes 0, 3 and 1 of four
    const [channels, classCount] = [[0, 3, 1], 4]
    const codes = Int32Array.from({ length: 60 }, (_, v) => [0, 1, 2, 4, 0][v % 5]!)
    const sets = [[0, 2], [1], [3], [2], [0, 1, 2, 3]]
    const logits = normalTensor('logits', [60, 3])
    const predicted = Int32Array.from(logits.argMax(1).dataSync(), (channel) => channels[channel]!)
    const expected = patchDice(predicted, { codes, sets }, classCount)
    expect(expected.length).toBe(2)
    const found = viewDice(viewPatch(logits, codes), channels, sets, classCount)
    expect(found).toEqual(expected)
  })

  it('leaves no tensor beside the view', async () => {
    const [logits, codes] = [normalTensor('few', [4, 2]), Int32Array.of(0, 1, 1, 0)]
    const look = () => {
      viewDice(viewPatch(logits, codes), [0, 1], [[0], [1]], 2)
    }
    const leaked = await leakedTensors(() => tf.tidy(look))
    expect(leaked).toBe(0)
  })
})
