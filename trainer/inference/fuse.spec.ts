import { describe, expect, it } from 'vitest'
import { fusePartialModels, meanProbabilities, organEvidence, type ModelPrediction } from './fuse.ts'

// Union classes 1 to 4. Model 0 knows 1 and 2, model 1 knows 2 and 3; class 4 is known to nobody.
const prediction = (index: number, classes: number[], rows: number[][]): ModelPrediction => ({
  index,
  classes,
  competent: classes.slice(1),
  probabilities: Float32Array.from(rows.flat()),
  temperature: 1,
})
const first = prediction(
  0,
  [0, 1, 2],
  [
    [0.2, 0.6, 0.2],
    [0.5, 0.1, 0.4],
  ],
)
const second = prediction(
  1,
  [0, 2, 3],
  [
    [0.5, 0.25, 0.25],
    [0.1, 0.8, 0.1],
  ],
)
const ln = Math.log

describe('organEvidence', () => {
  it('is the mean probability and the mean log-odds against background of the models that know the organ', () => {
    const alone = organEvidence([first, second], 1)!
    expect(alone.models).toEqual([0])
    expect(alone.probability[0]).toBeCloseTo(0.6, 5)
    expect(alone.logOdds[0]).toBeCloseTo(ln(3), 4)
    const both = organEvidence([first, second], 2)!
    expect(both.models).toEqual([0, 1])
    // voxel 0: (0.2 + 0.25) / 2 and (ln 1 + ln 0.5) / 2; voxel 1: (0.4 + 0.8) / 2 and (ln 0.8 + ln 8) / 2
    expect(both.probability[0]).toBeCloseTo(0.225, 5)
    expect(both.logOdds[0]).toBeCloseTo(ln(0.5) / 2, 4)
    expect(both.probability[1]).toBeCloseTo(0.6, 5)
    expect(both.logOdds[1]).toBeCloseTo((ln(0.8) + ln(8)) / 2, 4)
  })

  it('asks only models that can tell the organ: a merged label makes nobody competent', () => {
    const [merged, other] = [
      { ...first, competent: [1] },
      { ...second, competent: [3] },
    ]
    expect(organEvidence([merged, other], 2)).toBeNull()
    expect(organEvidence([merged, second], 2)!.models).toEqual([1])
    expect(organEvidence([first, second], 4)).toBeNull()
  })

  it('softens by the temperature: probabilities to the power 1 / T, normalised', () => {
    const soft = organEvidence([{ ...first, temperature: 2 }], 1)!
    const roots = [0.2, 0.6, 0.2].map(Math.sqrt)
    expect(soft.probability[0]).toBeCloseTo(roots[1]! / (roots[0]! + roots[1]! + roots[2]!), 5)
    expect(soft.logOdds[0]).toBeCloseTo(ln(3) / 2, 4)
  })
})

describe('fusePartialModels', () => {
  it('is a softmax over log-odds with the background at zero', () => {
    const fused = fusePartialModels([first, second], 5)
    // voxel 0: odds 3 for class 1, sqrt(1 x 0.5) for class 2, 0.5 for class 3
    const odds = [1, 3, Math.sqrt(0.5), 0.5, 0]
    const total = odds.reduce((sum, value) => sum + value, 0)
    odds.forEach((value, c) => expect(fused[c]).toBeCloseTo(value / total, 4))
    for (const v of [0, 1]) {
      expect(fused.slice(v * 5, v * 5 + 5).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
    }
  })

  it('gives back a single model that knows everything', () => {
    const fused = fusePartialModels([first], 3)
    first.probabilities.forEach((p, i) => expect(fused[i]).toBeCloseTo(p, 5))
  })

  it('stays finite when a model is sure', () => {
    const sure = prediction(0, [0, 1], [[0, 1]])
    expect([...fusePartialModels([sure], 2)].map((p) => Math.round(p * 1e4) / 1e4)).toEqual([0, 1])
  })
})

it('meanProbabilities is the mean', () => {
  const mean = meanProbabilities([Float32Array.of(0.2, 0.8), Float32Array.of(0.6, 0.4)])
  expect(mean[0]).toBeCloseTo(0.4, 6)
  expect(mean[1]).toBeCloseTo(0.6, 6)
  const only = Float32Array.of(1)
  expect(meanProbabilities([only])).toBe(only)
})
