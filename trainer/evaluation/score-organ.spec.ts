import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Shape, Spacing } from '../../contract/geometry.ts'
import { OrganScoreSchema } from '../../contract/report.ts'
import { notEvaluable, scoreOrgan, type Score } from './score-organ.ts'

interface Fixture {
  name: string
  shape: Shape
  spacingMm: Spacing
  nsdToleranceMm: number
  prediction: string
  truth: string
  evaluable: string | null
  expected: Score
}

const fixtures = JSON.parse(
  readFileSync(new URL('../../tests/fixtures/metrics/expected.json', import.meta.url), 'utf8'),
) as Fixture[]

/** Masks are stored as numpy.packbits writes them: eight voxels a byte, highest bit first. */
function unpack(base64: string, shape: Shape): Uint8Array {
  const bytes = Buffer.from(base64, 'base64')
  return Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, v) => (bytes[v >> 3] >> (7 - (v & 7))) & 1)
}

describe('scoreOrgan against scipy (tests/fixtures/metrics/make-fixtures.py)', () => {
  it.each(fixtures)('$name', ({ shape, spacingMm, nsdToleranceMm, prediction, truth, evaluable, expected }) => {
    const score = scoreOrgan(unpack(prediction, shape), unpack(truth, shape), shape, spacingMm, {
      nsdToleranceMm,
      ...(evaluable ? { evaluable: unpack(evaluable, shape) } : {}),
    })
    expect(OrganScoreSchema.parse({ caseId: 'c', organ: 'o', ...score }).status).toBe(expected.status)
    expect(score.truthVoxels).toBe(expected.truthVoxels)
    expect(score.predictedVoxels).toBe(expected.predictedVoxels)
    for (const metric of ['dice', 'hd95Mm', 'assdMm', 'nsd'] as const) {
      const value = expected[metric]
      if (value === null) expect(score[metric], metric).toBeNull()
      else expect(Math.abs((score[metric] ?? NaN) - value), metric).toBeLessThan(1e-6)
    }
  })
})

describe('scoreOrgan', () => {
  const line: Shape = [1, 1, 10]
  const mask = (...voxels: number[]) => Uint8Array.from({ length: 10 }, (_, v) => (voxels.includes(v) ? 1 : 0))

  it('agrees with a table worked out by hand', () => {
    // truth 2,3,4 and prediction 4,5 at 2 mm: distances 4,2,0 and 0,2; 95th percentiles 3.8 and 1.9
    const score = scoreOrgan(mask(4, 5), mask(2, 3, 4), line, [1, 1, 2], { nsdToleranceMm: 2 })
    expect(score.dice).toBeCloseTo(2 / 5, 12)
    expect(score.hd95Mm).toBeCloseTo(3.8, 12)
    expect(score.assdMm).toBeCloseTo(8 / 5, 12)
    expect(score.nsd).toBeCloseTo(4 / 5, 12)
  })

  it('is symmetric', () => {
    const { shape, spacingMm, prediction, truth } = fixtures[3]
    const [a, b] = [unpack(prediction, shape), unpack(truth, shape)]
    const there = scoreOrgan(a, b, shape, spacingMm, { nsdToleranceMm: 1 })
    const back = scoreOrgan(b, a, shape, spacingMm, { nsdToleranceMm: 1 })
    expect([back.dice, back.hd95Mm, back.nsd]).toEqual([there.dice, there.hd95Mm, there.nsd])
    expect(back.assdMm).toBeCloseTo(there.assdMm ?? NaN, 12)
  })

  it('says which share of truth and prediction was scored', () => {
    const evaluable = mask(0, 1, 2, 3)
    const score = scoreOrgan(mask(3, 4), mask(2, 3), line, [1, 1, 1], { nsdToleranceMm: 1, evaluable })
    expect(score).toMatchObject({ predictedVoxels: 1, truthVoxels: 2, status: 'scored' })
    expect(score.evaluatedShare).toBeCloseTo(2 / 3, 12) // of voxels 2, 3, 4
  })

  it('has no number for an organ that nobody labelled', () => {
    const score = OrganScoreSchema.parse({ caseId: 'c', organ: 'o', ...notEvaluable(12) })
    expect(score).toMatchObject({ status: 'not-evaluable', dice: null, nsd: null, truthVoxels: null })
  })

  it.each(['prediction', 'truth', 'evaluable'])('refuses a %s mask of another grid', (which) => {
    const masks = { prediction: mask(1), truth: mask(1), evaluable: mask(1), [which]: new Uint8Array(9) }
    const { prediction, truth, evaluable } = masks
    expect(() => scoreOrgan(prediction, truth, line, [1, 1, 1], { nsdToleranceMm: 1, evaluable })).toThrow(
      new RegExp(`the ${which} mask to have 10 voxels for shape \\[1, 1, 10\\], got 9`),
    )
  })
})
