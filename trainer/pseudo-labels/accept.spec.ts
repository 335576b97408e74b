import { describe, expect, it } from 'vitest'
import type { Shape } from '../../contract/geometry.ts'
import { RunConfigSchema } from '../../contract/run-config.ts'
import type { OrganEvidence } from '../inference/fuse.ts'
import { acceptPseudoLabels, type AcceptInput, type OrganExperience } from './accept.ts'
import { TRUE_LABEL } from './pseudo-label-store.ts'

const rules = RunConfigSchema.parse({}).pseudoLabels
const evidence = (unionClass: number, probability: number[], logOdds: number[], model = 0): OrganEvidence => ({
  unionClass,
  probability: Float32Array.from(probability),
  logOdds: Float32Array.from(logOdds),
  models: [model],
})
const accept = (shape: Shape, organs: OrganEvidence[], more: Partial<AcceptInput> = {}) =>
  acceptPseudoLabels(
    {
      shape,
      voxelMl: 1,
      evidence: organs,
      thresholds: organs.map(() => rules.organThreshold),
      unknown: [],
      isLabelled: () => false,
      experience: new Map(),
      ...more,
    },
    { ...rules },
  )

describe('a voxel', () => {
  // code 0 ignored, 1 background, 2 the first organ (class 5), 3 the second (class 6)
  it.each([
    { what: 'sure organ', p: [0.8, 0.1], odds: [2, -2], code: 2 },
    { what: 'at the threshold', p: [0.75, 0.1], odds: [1, -2], code: 2 },
    { what: 'under the threshold', p: [0.69, 0.1], odds: [2, -2], code: 0 },
    { what: 'two models want it: the lead is too small', p: [0.8, 0.75], odds: [2, 1.75], code: 0 },
    { what: 'the lead is just enough', p: [0.8, 0.75], odds: [2, 1.5], code: 2 },
    { what: 'the second organ', p: [0.1, 0.95], odds: [-3, 4], code: 3 },
    { what: 'background for both', p: [0.25, 0.2], odds: [-1, -2], code: 1 },
    { what: 'one model is unsure: neither organ nor background', p: [0.31, 0.1], odds: [-1, -2], code: 0 },
  ])('$what', ({ p, odds, code }) => {
    const { labels } = accept([1, 1, 1], [evidence(5, [p[0]!], [odds[0]!], 2), evidence(6, [p[1]!], [odds[1]!], 1)])
    expect(labels.codes[0]).toBe(code)
    // models count from 1; background is the word of the model of the likeliest organ
    const provenance = [0, 3, 3, 2][code]!
    expect(labels.provenance[0]).toBe(provenance)
    const sure = code === 0 ? 0 : code === 1 ? 1 - p[0]! : p[code - 2]!
    expect(labels.confidence[0]).toBe(Math.round(sure * 255))
  })

  it('of an organ that needs less is accepted earlier; the others need what they needed', () => {
    const organs = [evidence(5, [0.5, 0.39, 0.1], [1, 1, -2]), evidence(6, [0.1, 0.1, 0.5], [-2, -2, 1])]
    const { labels } = accept([1, 1, 3], organs, { thresholds: [0.4, 0.7] })
    expect([...labels.codes]).toEqual([2, 0, 0])
  })

  it('keeps organs possible that no model can tell', () => {
    const { labels } = accept([1, 1, 1], [evidence(5, [0.1], [-2])], { unknown: [3, 7] })
    expect(labels.sets).toEqual([null, [0, 3, 7], [5]])
    expect(labels.codes[0]).toBe(1)
  })

  it('stays open when no model can tell anything', () => {
    const { labels } = accept([1, 1, 2], [], { unknown: [1, 2] })
    expect([...labels.codes]).toEqual([0, 0])
  })

  it('of a true label is left alone', () => {
    const { labels } = accept([1, 1, 2], [evidence(5, [0.9, 0.9], [3, 3])], { isLabelled: (v) => v === 1 })
    expect([...labels.codes]).toEqual([2, 0])
    expect([...labels.provenance]).toEqual([1, TRUE_LABEL])
    expect(labels.confidence[1]).toBe(0)
  })
})

describe('an organ as a whole', () => {
  // five slices of one row of four voxels; `slices` of them are the organ
  const organIn = (slices: number[]) => {
    const inside = Array.from({ length: 20 }, (_, v) => slices.includes(Math.floor(v / 4)))
    return evidence(
      5,
      inside.map((value) => (value ? 0.9 : 0.1)),
      inside.map((value) => (value ? 3 : -3)),
    )
  }
  const experience = (seen: Partial<OrganExperience> = {}) =>
    new Map([[5, { smallestMl: 10, largestMl: 20, cutShare: 0, ...seen }]])
  const run = (slices: number[], seen: Partial<OrganExperience> = {}, voxelMl = 1) =>
    accept([5, 1, 4], [organIn(slices)], { experience: experience(seen), voxelMl })

  it.each([
    { what: 'of a usual volume: 8 ml', slices: [1, 2], voxelMl: 1, kept: true },
    { what: 'of 4 ml, more than 0.3 x 10', slices: [2], voxelMl: 1, kept: true },
    { what: 'of 2.8 ml, less than 0.3 x 10', slices: [2], voxelMl: 0.7, kept: false },
    { what: 'of 56 ml, less than 3 x 20', slices: [1, 2], voxelMl: 7, kept: true },
    { what: 'of 64 ml, more than 3 x 20', slices: [1, 2], voxelMl: 8, kept: false },
    { what: 'that touches the first slice', slices: [0, 1], voxelMl: 1, kept: false },
    { what: 'that touches the last slice', slices: [3, 4], voxelMl: 1, kept: false },
  ])('$what: kept $kept', ({ slices, voxelMl, kept }) => {
    const { labels, rejections } = run(slices, {}, voxelMl)
    expect(labels.acceptedClasses).toEqual(kept ? [5] : [])
    expect(rejections.map(({ unionClass }) => unionClass)).toEqual(kept ? [] : [5])
    expect(labels.codes.filter((code) => code === 2).length).toBe(kept ? slices.length * 4 : 0)
    // what was rejected is ignored, never background
    for (const slice of slices) {
      expect(labels.codes[slice * 4]).toBe(kept ? 2 : 0)
      expect(labels.provenance[slice * 4]).toBe(kept ? 1 : 0)
    }
    expect(labels.codes.filter((code) => code === 1).length).toBe(20 - slices.length * 4)
    expect(labels.sets[1]).toEqual(kept ? [0] : [0, 5])
  })

  it('says why', () => {
    expect(run([2], {}, 0.7).rejections[0]!.reason).toBe('its 2.8 ml lie outside the expected 3.0 to 60.0 ml')
    expect(run([0]).rejections[0]!.reason).toContain('first or last slice')
  })

  it('may be cut when training saw it cut often, or when the rule is off', () => {
    expect(run([0, 1], { cutShare: 0.25 }).rejections).toEqual([])
    const input = { shape: [5, 1, 4] as Shape, voxelMl: 1, evidence: [organIn([0])], thresholds: [0.7], unknown: [] }
    const { rejections } = acceptPseudoLabels(
      { ...input, isLabelled: () => false, experience: experience() },
      { ...rules, ignoreCut: false },
    )
    expect(rejections).toEqual([])
  })

  it.each([
    { strays: 2, kept: true }, // 2 of 102: under 2 %
    { strays: 3, kept: false },
  ])('of 100 voxels with $strays strays in the first slice: kept $kept', ({ strays, kept }) => {
    const inside = Array.from({ length: 300 }, (_, v) => v < strays || (v >= 100 && v < 200))
    const organ = evidence(5, inside.map((value) => (value ? 0.9 : 0.1)), inside.map((value) => (value ? 3 : -3))) // prettier-ignore
    const { labels } = accept([3, 10, 10], [organ], { experience: experience(), voxelMl: 0.1 })
    expect(labels.acceptedClasses).toEqual(kept ? [5] : [])
  })

  it('that training never saw alone cannot be judged and stays', () => {
    expect(accept([5, 1, 4], [organIn([0])]).labels.acceptedClasses).toEqual([5])
  })
})
