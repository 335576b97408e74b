import { describe, expect, it } from 'vitest'
import { EvaluationReportSchema, OrganSummarySchema, type OrganScore } from '../../contract/report.ts'
import { reportToCsv } from './report-to-csv.ts'
import { meanDiceOver, summariseScores } from './summarise-scores.ts'

const score = (caseId: string, organ: string, fields: Partial<OrganScore>): OrganScore => ({
  caseId,
  organ,
  status: 'scored',
  dice: null,
  hd95Mm: null,
  assdMm: null,
  nsd: null,
  truthVoxels: 10,
  predictedVoxels: 10,
  evaluatedShare: 1,
  ...fields,
})

const scores = [
  score('a', 'liver', { dice: 0.9, hd95Mm: 2, assdMm: 1, nsd: 0.8 }),
  score('b', 'liver', { dice: 0.7, hd95Mm: 4, assdMm: 2, nsd: 0.6 }),
  score('c', 'liver', { status: 'missed', dice: 0, nsd: 0, predictedVoxels: 0 }),
  score('d', 'liver', { status: 'both-empty', dice: 1, truthVoxels: 0, predictedVoxels: 0 }),
  score('e', 'liver', { status: 'not-evaluable', truthVoxels: null }),
  score('a', 'spleen', { status: 'not-evaluable', truthVoxels: null }),
  score('b', 'cord', { dice: 0.5, hd95Mm: 1, assdMm: 0.5, nsd: 1 }),
]

describe('summariseScores', () => {
  it('averages each metric over the cases that have it', () => {
    const [liver, spleen, cord] = summariseScores(scores).map((row) => OrganSummarySchema.parse(row))
    expect(liver).toMatchObject({ organ: 'liver', cases: 3, hd95Mm: 3, assdMm: 1.5, missed: 1, invented: 0 })
    expect(liver.dice).toBeCloseTo(1.6 / 3, 12)
    expect(liver.diceSd).toBeCloseTo(0.4725815626, 9) // of 0.9, 0.7, 0 with n - 1
    expect(liver.nsd).toBeCloseTo(1.4 / 3, 12)
    expect(spleen).toMatchObject({ cases: 0, dice: null, diceSd: null, hd95Mm: null, nsd: null })
    expect(cord).toMatchObject({ cases: 1, dice: 0.5, diceSd: null })
  })

  it('gives every organ that has a Dice the same weight in the mean', () => {
    expect(meanDiceOver(summariseScores(scores))).toBeCloseTo((1.6 / 3 + 0.5) / 2, 12)
    expect(meanDiceOver([])).toBeNull()
  })
})

describe('reportToCsv', () => {
  it('leaves cells empty where nothing applies and quotes what would break a row', () => {
    const report = EvaluationReportSchema.parse({
      run: 'r',
      dataset: 'd',
      stage: 2,
      model: 'ensemble',
      createdAt: '2026-01-01T00:00:00Z',
      nsdToleranceMm: 2,
      meanDice: null,
      organs: [],
      scores: [
        score('case "1", left', 'liver', { dice: 0.9, hd95Mm: 2.5, assdMm: 1, nsd: 0.8 }),
        score('b', 'spleen', { status: 'not-evaluable', truthVoxels: null }),
      ],
      failures: [],
      seconds: 1,
      peakMemoryMb: 1,
    })
    expect(reportToCsv(report).split('\r\n')).toEqual([
      'case,organ,status,dice,hd95_mm,assd_mm,nsd,truth_voxels,predicted_voxels,evaluated_share',
      '"case ""1"", left",liver,scored,0.9,2.5,1,0.8,10,10,1',
      'b,spleen,not-evaluable,,,,,,10,1',
      '',
    ])
  })
})
