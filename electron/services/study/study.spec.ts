import { describe, expect, it } from 'vitest'
import type { EvaluationReport, OrganScore } from '../../../contract/report.ts'
import { StudyConfigSchema } from '../../../contract/study.ts'
import { averageReports } from './average-reports.ts'
import { planStudy } from './run-study.ts'
import { latexTables, markdownTables } from './study-tables.ts'
import { summariseStudy, type ScoredRun } from './summarise-study.ts'

const config = StudyConfigSchema.parse({
  name: 'neck',
  datasets: ['site-a', 'site-b'],
  test: 'test',
  preset: 'quick',
  seeds: [1, 2],
  set: ['stage1.validateEvery=5'],
  rows: [
    { name: 'marginal', method: 'marginal' },
    { name: 'mutual', method: 'mutual' },
    { name: 'no-ps', method: 'mutual', set: ['stage2.predictionSimilarity.enabled=off'], seeds: [2] },
  ],
})

const score = (caseId: string, organ: string, dice: number, more: Partial<OrganScore> = {}): OrganScore => ({
  caseId,
  organ,
  status: dice === 0 ? 'missed' : 'scored',
  dice,
  hd95Mm: dice === 0 ? null : 10 * (1 - dice),
  assdMm: null,
  nsd: dice,
  truthVoxels: 100,
  predictedVoxels: dice === 0 ? 0 : 100,
  evaluatedShare: 1,
  ...more,
})
const report = (run: string, liver: number[], spleen: number[]): EvaluationReport => {
  const scores = [...liver.map((dice, i) => score(`c${i}`, 'liver', dice)), ...spleen.map((dice, i) => score(`c${i}`, 'spleen', dice))] // prettier-ignore
  const organ = (name: string, dice: number[]) => ({
    organ: name,
    cases: dice.length,
    dice: dice.reduce((a, b) => a + b, 0) / dice.length,
    diceSd: 0,
    hd95Mm: null,
    assdMm: null,
    nsd: null,
    missed: 0,
    invented: 0,
  })
  const organs = [organ('liver', liver), organ('spleen', spleen)]
  return {
    run,
    dataset: 'test',
    stage: 2,
    model: 'ensemble',
    createdAt: '2026-01-01T00:00:00.000Z',
    nsdToleranceMm: 2,
    meanDice: (organs[0].dice + organs[1].dice) / 2,
    organs,
    scores,
    failures: [],
    seconds: 1,
    peakMemoryMb: 1,
  }
}

describe('the plan of a study', () => {
  it('goes seed by seed, and names its runs after study, row and seed', () => {
    expect(planStudy(config).map(({ request }) => request.name)).toEqual([
      'neck-marginal-s1',
      'neck-mutual-s1',
      'neck-marginal-s2',
      'neck-mutual-s2',
      'neck-no-ps-s2',
    ])
    expect(planStudy(config).at(-1)?.request).toEqual({
      name: 'neck-no-ps-s2',
      method: 'mutual',
      datasets: ['site-a', 'site-b'],
      preset: 'quick',
      set: ['stage1.validateEvery=5', 'stage2.predictionSimilarity.enabled=off', 'seed=2'],
    })
  })

  it('gives a row its terms and, for an upper bound, its labels', () => {
    const set = ['stage1.predictionDifference.enabled=off']
    const rows = [
      { name: 'no-pd', method: 'mutual+', set },
      { name: 'upper', method: 'marginal', labels: 'complete' },
    ]
    const [noPd, upper] = planStudy(StudyConfigSchema.parse({ ...config, seeds: [1], rows }))
    expect(noPd!.request).toMatchObject({ method: 'mutual+', set: [...config.set, ...set, 'seed=1'] })
    expect(noPd!.request).not.toHaveProperty('labelsFrom')
    expect(upper!.request).toMatchObject({ method: 'marginal', labelsFrom: 'complete', datasets: config.datasets })
  })

  it('refuses two rows of one name', () => {
    const row = { name: 'a', method: 'mutual' }
    expect(StudyConfigSchema.safeParse({ ...config, rows: [row, row] }).success).toBe(false)
  })
})

describe('the average of seeds', () => {
  it('is a score a case, not a case a seed', () => {
    const { scores, meanDice } = averageReports([
      report('a', [0.8, 0.6], [0.4, 0.2]),
      report('b', [0.6, 0.8], [0.6, 0]),
    ])
    expect(scores).toHaveLength(4)
    expect(scores.map(({ dice }) => dice)).toEqual([0.7, 0.7, 0.5, 0.1])
    expect(meanDice).toBeCloseTo(0.5, 10)
  })

  it('calls an organ missed when any seed missed it, and measures distances where there are some', () => {
    const { scores } = averageReports([report('a', [0.8], [0]), report('b', [0.6], [0.5])])
    expect(scores[1]).toMatchObject({ status: 'missed', dice: 0.25, hd95Mm: 5, predictedVoxels: 50 })
  })
})

describe('the tables of a study', () => {
  const run = (row: string, name: string, liver: number[], spleen: number[]): ScoredRun => ({
    row,
    run: name,
    report: report(name, liver, spleen),
    single: row === 'marginal' ? null : report(name, liver, spleen),
    trainingSeconds: 60,
  })
  const summary = summariseStudy(
    config,
    [
      run('marginal', 'neck-marginal-s1', [0.5, 0.6, 0.7], [0.2, 0.3, 0.4]),
      run('marginal', 'neck-marginal-s2', [0.7, 0.8, 0.9], [0.2, 0.3, 0.4]),
      run('mutual', 'neck-mutual-s1', [0.7, 0.8, 0.9], [0.1, 0.2, 0.3]),
      run('mutual', 'neck-mutual-s2', [0.7, 0.8, 0.9], [0.1, 0.2, 0.3]),
      run('no-ps', 'neck-no-ps-s2', [0.6, 0.7, 0.8], [0.2, 0.3, 0.4]),
    ],
    [],
  )
  const [marginal, mutual, noPs] = summary.result.rows

  it('give mean and standard deviation over seeds', () => {
    const [liver] = marginal.organs
    expect(liver.dice.mean).toBeCloseTo(0.7, 10)
    expect(liver.dice.sd).toBeCloseTo(Math.SQRT2 / 10, 10)
    expect(marginal.mean.dice.mean).toBeCloseTo(0.5, 10)
    expect(noPs.mean.dice).toEqual({ mean: expect.closeTo(0.5, 10) as number, sd: null })
    expect([marginal.bestSingle, mutual.bestSingle?.mean]).toEqual([null, expect.closeTo(0.5, 10)])
  })

  it('compare each row with the first, case by case, all tests corrected together', () => {
    expect(marginal.differences).toEqual([])
    const [mean, liver, spleen] = mutual.differences
    expect([mean.organ, liver.organ, spleen.organ]).toEqual([null, 'liver', 'spleen'])
    expect([mean.n, mean.mean, liver.mean, spleen.mean]).toEqual([3, 0, 0.1, -0.1].map((x) => expect.closeTo(x, 10) as number)) // prettier-ignore
    expect(summary.result.tests).toBeGreaterThan(0)
    expect(liver.pHolm ?? 0).toBeGreaterThanOrEqual(liver.p ?? 1)
  })

  it('are written for notes and for papers', () => {
    const result = { config, folder: '/study', budget: 960, ...summary.result }
    const names = new Map([['liver', 'Liver']])
    const text = markdownTables(result, names)
    expect(text).toContain('| method | runs | Liver | spleen | mean | best single | min |')
    expect(text).toContain('| marginal | 2 | 70.0 ± 14.1 | 30.0 ± 0.0 | 50.0 ± 7.1 | - | 1.0 |')
    expect(text).toMatch(/\| mutual \| 0\.0 \[.*\| \+10\.0 \[\+10\.0, \+10\.0\], p [\d.]+ \| -10\.0 \[/)
    const tex = latexTables(result, names)
    expect(tex).toContain('marginal & 2 & 70.0 $\\pm$ 14.1 & 30.0 $\\pm$ 0.0 & 50.0 $\\pm$ 7.1 & - & 1.0 \\\\')
    expect(tex.match(/\\begin\{table\}/g)).toHaveLength(4)
  })
})
