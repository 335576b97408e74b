// Four voxels, four classes: background, organs 1, 2 and 3. The teacher knows organ 2.
import { describe, expect, it } from 'vitest'
import { tf, type Tensor2D, type Tensor5D } from '../tensor/tensorflow.ts'
import { gradientError, leakedTensors, normalTensor } from '../tensor/test-tensors.ts'
import { distilFeatures, distilOutputs, type Lesson, type Lessons } from './distillation.ts'
import { poolMask } from './pool-mask.ts'

const STUDENT = [
  [0.4, 0.2, 0.3, 0.1],
  [0.7, 0.1, 0.1, 0.1],
  [0.1, 0.6, 0.2, 0.1],
  [0.25, 0.25, 0.25, 0.25],
]
const logits = tf.tensor2d(STUDENT).log() as Tensor2D
const bytes = (...values: number[]) => Uint8Array.from(values)
/** Probability of organ 2 in each voxel. */
const lesson = (organ: number[], region: number[], more: Partial<Lesson> = {}): Lesson => ({
  classes: [2],
  probabilities: Float32Array.from(organ.flatMap((p) => [1 - p, p])),
  organRegion: Uint8Array.from(region),
  features: new Float32Array(0),
  ...more,
})
const kl = (teacher: number, student: number) =>
  teacher * Math.log(teacher / student) + (1 - teacher) * Math.log((1 - teacher) / (1 - student))
const read = (loss: ReturnType<typeof distilOutputs>) => loss && (loss.dataSync()[0] ?? null)

describe('distilOutputs', () => {
  it('is the divergence in the organ region plus that in the agreed background; other voxels count nowhere', () => {
    const lessons = { lessons: [lesson([0.9, 0.2, 0.8, 0.6], [1, 0, 1, 0])], agreedBackground: bytes(0, 1, 0, 0) }
    const expected = (kl(0.9, 0.3) + kl(0.8, 0.2)) / 2 + kl(0.2, 0.1)
    expect(read(distilOutputs(logits, lessons))).toBeCloseTo(expected, 5)
  })

  it('is the mean over teachers; one of several organs tells them apart', () => {
    const second = lesson([], [0, 1, 0, 0], {
      classes: [1, 3],
      probabilities: Float32Array.from(STUDENT.flatMap(() => [0.2, 0.5, 0.3])),
    })
    const of = (...lessons: Lesson[]) => read(distilOutputs(logits, { lessons, agreedBackground: bytes(0, 0, 0, 0) }))!
    // Anything else is background and organ 2 to it: 0.7 + 0.1.
    const two = 0.2 * Math.log(0.2 / 0.8) + 0.5 * Math.log(0.5 / 0.1) + 0.3 * Math.log(0.3 / 0.1)
    expect(of(second)).toBeCloseTo(two, 5)
    expect(of(lesson([0.9, 0, 0, 0], [1, 0, 0, 0]), second)).toBeCloseTo((kl(0.9, 0.3) + two) / 2, 5)
  })

  it('is zero where the student says what the teacher says, however it shares out the rest', () => {
    const same = { lessons: [lesson([0.3, 0.1, 0.2, 0.25], [1, 1, 1, 1])], agreedBackground: bytes(0, 0, 0, 0) }
    expect(read(distilOutputs(logits, same))).toBeCloseTo(0, 5)
  })

  it('stands certainty, and is null without a voxel to learn from', () => {
    const none = bytes(0, 0, 0, 0)
    const sure = { lessons: [lesson([1, 0, 1, 0], [1, 1, 1, 1])], agreedBackground: none }
    expect(Number.isFinite(read(distilOutputs(logits, sure)))).toBe(true)
    expect(distilOutputs(logits, { lessons: [lesson([1, 1, 1, 1], [0, 0, 0, 0])], agreedBackground: none })).toBeNull()
    expect(distilOutputs(logits, { lessons: [], agreedBackground: none })).toBeNull()
  })

  it('has the gradient of central differences, none outside its regions, and leaks nothing', async () => {
    const lessons = { lessons: [lesson([0.9, 0.2, 0.8, 0.6], [1, 0, 1, 0])], agreedBackground: bytes(0, 1, 0, 0) }
    const x = normalTensor('distil', [4, 4])
    const loss = (y: Tensor2D) => distilOutputs(y, lessons)!
    expect(gradientError((y) => loss(y as Tensor2D), [x])).toBeLessThan(0.005)
    const gradient = tf
      .grad((y) => loss(y as Tensor2D))(x)
      .arraySync() as number[][]
    expect(gradient[3]!.every((value) => value === 0)).toBe(true)
    expect(await leakedTensors(() => tf.tidy(() => void loss(logits)))).toBe(0)
  })
})

describe('distilFeatures', () => {
  // A patch of 2 x 2 x 2 voxels on a feature grid of 1 x 1 x 2: the two halves along x.
  const features = tf.tensor([3, 4, 1, 0], [1, 1, 1, 2, 2]) as Tensor5D
  const left = bytes(1, 0, 1, 0, 1, 0, 1, 0)
  const right = bytes(0, 1, 0, 1, 0, 1, 0, 1)
  const taught = (a: number[], b: number[], region: Uint8Array): Lesson =>
    lesson([], [], { organRegion: region, features: Float32Array.from([...a, ...b]) })

  it('is 1 - cosine, in the organ region and in the agreed background', () => {
    const lessons: Lessons = { lessons: [taught([4, 3], [0, 2], left)], agreedBackground: right }
    // left: cosine 24 / 25; right: 0
    expect(read(distilFeatures(features, [2, 2, 2], lessons))).toBeCloseTo(1 / 25 + 1, 4)
    const organ: Lessons = { ...lessons, agreedBackground: new Uint8Array(8) }
    expect(read(distilFeatures(features, [2, 2, 2], organ))).toBeCloseTo(1 / 25, 4)
    expect(distilFeatures(features, [2, 2, 2], { ...organ, lessons: [] })).toBeNull()
  })

  it('has the gradient of central differences', () => {
    const lessons: Lessons = { lessons: [taught([4, 3], [-1, 2], left)], agreedBackground: right }
    expect(gradientError((y) => distilFeatures(y as Tensor5D, [2, 2, 2], lessons)!, [features])).toBeLessThan(0.005)
  })
})

it('poolMask gives the share of each coarse voxel', () => {
  expect([...poolMask(bytes(1, 1, 0, 1, 0, 0, 0, 0), [2, 2, 2], [1, 2, 1])]).toEqual([0.5, 0.25])
})
