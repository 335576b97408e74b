import { describe, expect, it } from 'vitest'
import { tf, type Tensor2D } from '../tensor/tensorflow.ts'
import { gradientError } from '../tensor/test-tensors.ts'
import { dynamicFeatureSimilarity, featureDifference, type Teacher } from './feature-losses.ts'

const organ = (unionClass: number, ...values: number[]) => ({ unionClass, values })
const featuresOf = (organs: ReturnType<typeof organ>[]) => ({
  classes: organs.map(({ unionClass }) => unionClass),
  units: tf.tensor2d(organs.map(({ values }) => values)),
})

describe('featureDifference', () => {
  const own = [Float32Array.of(1, 0), Float32Array.of(0, 1)]

  it('is the mean positive cosine of every pair', () => {
    // cosines of [0.6, -0.8]: 0.6 and -0.8 -> 0; of [0.8, 0.6]: 0.8 and 0.6; mean of 0.6, 0, 0.8, 0.6
    const value = featureDifference(featuresOf([organ(3, 0.6, -0.8), organ(4, 0.8, 0.6)]), own)!
    expect(value.dataSync()[0]).toBeCloseTo(0.5, 6)
  })

  it('pushes a similar feature away and leaves an opposite one alone', () => {
    const gradient = (x: number, y: number) =>
      tf
        .grad((units) => featureDifference({ classes: [3], units: units as Tensor2D }, [own[0]!])!)(
          tf.tensor2d([[x, y]]),
        )
        .arraySync()
    expect(gradient(0.6, 0.8)).toEqual([[1, 0]])
    expect(gradient(-0.6, 0.8)).toEqual([[0, 0]])
  })

  it('has the gradient of central differences', () => {
    const units = tf.tensor2d([
      [0.5, 0.2],
      [0.9, -0.4],
    ])
    const error = gradientError((x) => featureDifference({ classes: [1, 2], units: x as Tensor2D }, own)!, [units])
    expect(error).toBeLessThan(0.005)
  })

  it('is nothing without a pair', () => {
    expect(featureDifference(null, own)).toBeNull()
    expect(featureDifference(featuresOf([organ(3, 1, 0)]), [])).toBeNull()
  })
})

describe('dynamicFeatureSimilarity', () => {
  const teachers = new Map<number, Teacher>([
    [1, { model: 1, feature: Float32Array.of(1, 0), lead: 0.1 }],
    [2, { model: 2, feature: Float32Array.of(0, 1), lead: 0.6 }],
    [3, { model: 2, feature: Float32Array.of(0, 1), lead: 0 }],
  ])
  const teacherOf = (unionClass: number) => teachers.get(unionClass) ?? null
  const of = (organs: ReturnType<typeof organ>[], gain = 5) =>
    dynamicFeatureSimilarity(organs.length === 0 ? null : featuresOf(organs), teacherOf, gain)?.dataSync()[0] ?? null

  it.each([
    { what: 'a small lead pulls in proportion: 5 x 0.1', organs: [organ(1, 0.6, 0.8)], value: 0.5 * (1 - 0.6) },
    { what: 'a large lead pulls with weight 1', organs: [organ(2, 0.6, 0.8)], value: 1 - 0.8 },
    { what: 'no lead, no pull', organs: [organ(3, 1, 0)], value: null },
    { what: 'no teacher, no pull', organs: [organ(4, 1, 0)], value: null },
    {
      what: 'the mean over the organs that have a teacher',
      organs: [organ(1, 0.6, 0.8), organ(2, 0.6, 0.8), organ(3, 1, 0), organ(4, 1, 0)],
      value: (0.2 + 0.2) / 2,
    },
    { what: 'nothing at all', organs: [], value: null },
  ])('$what', ({ organs, value }) => {
    if (value === null) expect(of(organs)).toBeNull()
    else expect(of(organs)).toBeCloseTo(value, 6)
  })

  it('takes the gain from the configuration', () => {
    expect(of([organ(1, 0, 1)], 2)).toBeCloseTo(0.2, 6)
    expect(of([organ(1, 0, 1)], 0)).toBe(0)
  })

  it('moves the pupil towards the teacher, and the teacher not at all', () => {
    const pupil = tf.tensor2d([[0.6, 0.8]])
    const shared = tf.variable(tf.tensor2d([[1, 0]]))
    const loss = () => dynamicFeatureSimilarity({ classes: [1], units: pupil.mul(shared) }, teacherOf, 5)!
    // d/ds of 0.5 (1 - 0.6 s_0): the teacher's [1, 0] is a constant, although the pupil's feature depends on s
    const { grads } = tf.variableGrads(loss as () => ReturnType<typeof tf.scalar>, [shared])
    const [x, y] = grads[shared.name]!.dataSync()
    expect(x).toBeCloseTo(-0.3, 6)
    expect(y).toBeCloseTo(0, 6)
    expect(teachers.get(1)!.feature).toEqual(Float32Array.of(1, 0))
  })

  it('has the gradient of central differences', () => {
    const units = tf.tensor2d([
      [0.6, 0.8],
      [-0.3, 0.2],
    ])
    const error = gradientError(
      (x) => dynamicFeatureSimilarity({ classes: [1, 2], units: x as Tensor2D }, teacherOf, 5)!,
      [units],
    )
    expect(error).toBeLessThan(0.005)
  })
})
