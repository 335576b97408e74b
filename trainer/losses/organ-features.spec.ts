import { describe, expect, it } from 'vitest'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'
import { gradientError, normalTensor } from '../tensor/test-tensors.ts'
import { MINIMUM_VOXELS, organFeatures, RunningFeatures } from './organ-features.ts'

// A feature grid of 2 x 2 x 4 cells of 4 voxels.
const GRID: [number, number, number, number, number] = [1, 2, 2, 4, 2]
/** Weights of the cells by a rule. */
const weights = (rule: (z: number, y: number, x: number) => number): Float32Array =>
  Float32Array.from({ length: 16 }, (_, cell) => rule(Math.floor(cell / 8), Math.floor(cell / 4) % 2, cell % 4))
const background = weights((z) => (z === 0 ? 4 : 0))
const left = weights((z, _, x) => (z === 1 && x < 2 ? 4 : 0))
const right = weights((z, _, x) => (z === 1 && x >= 2 ? 4 : 0))

/** Features that are constant in the background and in each half of the second slice. */
const features = (back: number[], onLeft: number[], onRight: number[]): Tensor5D => {
  const cells = Array.from({ length: 16 }, (_, cell) => (cell < 8 ? back : cell % 4 < 2 ? onLeft : onRight))
  return tf.tensor5d(cells.flat(), GRID)
}

describe('organFeatures', () => {
  it('subtracts the background mean, averages inside the organ, and has unit norm', () => {
    // left: [4, 5] - [1, 1] = [3, 4] -> [0.6, 0.8]; right: [1, -1] - [1, 1] = [0, -2] -> [0, -1]
    const found = organFeatures(features([1, 1], [4, 5], [1, -1]), background, [
      { unionClass: 3, weights: left },
      { unionClass: 7, weights: right },
    ])!
    expect(found.classes).toEqual([3, 7])
    const [a, b] = found.units.arraySync() as number[][]
    expect(a![0]).toBeCloseTo(0.6, 5)
    expect(a![1]).toBeCloseTo(0.8, 5)
    expect(b![0]).toBeCloseTo(0, 5)
    expect(b![1]).toBeCloseTo(-1, 5)
  })

  it('weighs voxels by belief', () => {
    // 16 voxels at [1, 0] with weight 0.75, 16 at [0, 1] with weight 0.25; background at the origin
    const belief = weights((z, _, x) => (z === 1 ? (x < 2 ? 3 : 1) : 0))
    const found = organFeatures(features([0, 0], [1, 0], [0, 1]), background, [{ unionClass: 1, weights: belief }])
    const [x, y] = found!.units.dataSync()
    expect(x! / y!).toBeCloseTo(3, 3)
  })

  it('skips organs under 8 voxels, and everything without enough background', () => {
    const voxels = (n: number) => weights((z, y, x) => (z === 1 && y === 0 && x < 2 ? n / 2 : 0))
    const of = (n: number, back = background) =>
      organFeatures(features([0, 0], [1, 0], [0, 1]), back, [{ unionClass: 1, weights: voxels(n) }])?.classes ?? null
    expect(MINIMUM_VOXELS).toBe(8)
    expect(of(7)).toBeNull()
    expect(of(8)).toEqual([1])
    expect(
      of(
        8,
        weights((z, y) => (z === 0 && y === 0 ? 7 / 4 : 0)),
      ),
    ).toBeNull()
  })

  it('has the gradient of central differences, also when only one of the organs is used', () => {
    const x = normalTensor('features', GRID)
    const direction = tf.tensor1d([0.3, -0.9])
    const masks = [left, right].map((mask, i) => ({ unionClass: i + 1, weights: mask }))
    const error = gradientError(
      (y) => {
        const { units } = organFeatures(y as Tensor5D, background, masks)!
        return units.slice([1, 0], [1, 2]).squeeze([0]).mul(direction).sum()
      },
      [x],
    )
    expect(error).toBeLessThan(0.01)
  })
})

describe('RunningFeatures', () => {
  it('starts with the first feature, then moves a tenth of the way, and keeps unit norm', () => {
    const running = new RunningFeatures(0.9)
    expect(running.get(0, 1)).toBeNull()
    running.update(0, 1, Float32Array.of(1, 0))
    expect(running.get(0, 1)![0]).toBeCloseTo(1, 5)
    running.update(0, 1, Float32Array.of(0, 1))
    // [0.9, 0.1] / sqrt(0.82)
    expect(running.get(0, 1)![0]).toBeCloseTo(0.9 / Math.sqrt(0.82), 5)
    expect(running.get(0, 1)![1]).toBeCloseTo(0.1 / Math.sqrt(0.82), 5)
    expect(running.get(1, 1)).toBeNull()
  })

  it('takes the rows of what a patch has shown', () => {
    const running = new RunningFeatures()
    running.updateAll(2, { classes: [4, 1], units: tf.tensor2d([1, 0, 0.6, 0.8], [2, 2]) })
    expect(running.get(2, 4)![0]).toBeCloseTo(1, 5)
    expect(running.get(2, 1)![1]).toBeCloseTo(0.8, 5)
  })

  it('survives being saved and restored', () => {
    const [running, other] = [new RunningFeatures(), new RunningFeatures()]
    running.update(0, 1, Float32Array.of(0.6, 0.8))
    other.update(1, 2, Float32Array.of(1, 0))
    other.restore(running.toTensors())
    expect(other.get(0, 1)).toEqual(running.get(0, 1))
    expect(other.get(1, 2)).toBeNull()
  })
})
