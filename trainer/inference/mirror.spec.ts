import { describe, expect, it } from 'vitest'
import { RunConfigSchema, type RunConfigInput } from '../../contract/run-config.ts'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { inferenceMirror, mirroredChannels, predictBothWays } from './mirror.ts'

// union: 1 left kidney, 2 right kidney, 3 liver
const counterpart = [0, 2, 1, 3]

describe('inferenceMirror', () => {
  const of = (config: RunConfigInput) => inferenceMirror({ counterpart }, RunConfigSchema.parse(config))
  it('follows what training did', () => {
    const inference = { mirror: 'auto' } as const
    expect(of({ inference })).toBe(counterpart)
    expect(of({})).toBeNull()
    expect(of({ inference, augmentation: { mirror: 'off' } })).toBeNull()
    expect(of({ inference, augmentation: { enabled: false } })).toBeNull()
  })

  it('is off when an organ of the union lacks its partner', () => {
    const asked = RunConfigSchema.parse({ inference: { mirror: 'auto' } })
    expect(inferenceMirror({ counterpart: null }, asked)).toBeNull()
  })
})

describe('mirroredChannels', () => {
  it.each([
    { knows: [0, 1, 2, 3], channels: [0, 2, 1, 3] },
    { knows: [0, 2, 3, 1], channels: [0, 3, 2, 1] },
    { knows: [0, 3], channels: [0, 1] },
    // one kidney alone: the mirror image shows the other one in its place
    { knows: [0, 1, 3], channels: null },
  ])('of a model that knows $knows: $channels', ({ knows, channels }) => {
    expect(mirroredChannels(knows, counterpart)).toEqual(channels)
  })

  it('are none where mirroring is off', () => {
    expect(mirroredChannels([0, 3], null)).toBeNull()
  })
})

describe('predictBothWays', () => {
  // Two channels that say the voxel's value and a tenth of it, from a window of 1 x 1 x 3 voxels.
  const window = tf.tensor5d([1, 2, 5], [1, 1, 1, 3, 1])
  const sees = (x: Tensor5D): Tensor5D => tf.concat([x, x.mul(0.1)], 4) as Tensor5D

  it('turns the second prediction back: one that looks at single voxels says the same twice', () => {
    const values = [...predictBothWays(window, sees, [0, 1]).dataSync()]
    ;[1, 0.1, 2, 0.2, 5, 0.5].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6))
  })

  it('exchanges the channels of the mirrored prediction, and only there', () => {
    const values = [...predictBothWays(window, sees, [1, 0]).dataSync()]
    // (1 + 0.1) / 2 in both channels, and so on
    ;[0.55, 0.55, 1.1, 1.1, 2.75, 2.75].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6))
  })

  it('takes the mean of what differs', () => {
    // says 1 at the first voxel of the window whatever it shows
    const first = () => tf.tensor5d([1, 0, 0], [1, 1, 1, 3, 1])
    expect([...predictBothWays(window, first, [0]).dataSync()]).toEqual([0.5, 0, 0.5])
  })

  it('leaves its result alone', async () => {
    expect(await leakedTensors(() => predictBothWays(window, sees, [1, 0]))).toBe(1)
  })
})
