import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { storeZarrGroup } from '../../../trainer/imaging/zarr-group.ts'
import { exampleCase, exampleDataset, saveDatasets, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { appendEvents, time } from '../fixtures/example-events.ts'
import { openDatabase } from '../database/open-database.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import { createResults, type Results } from './create-results.ts'
import { exampleReport, exampleScore, saveReport, saveRun } from './example-reports.ts'

const open = (workspace: Workspace): Results =>
  createResults({ workspace, database: openDatabase(workspace.databaseFile) })

const caseIds = ['p1-a', 'p1-b', 'p2', 'p3']
/** Voxels of 3 mm3, so that 1000 are 3 ml; the first two cases are of one patient. */
function testWorkspace(): Workspace {
  const workspace = temporaryWorkspace()
  const cases = caseIds.map((id) => exampleCase(id, { liver: 'labelled' }, { patient: id.slice(0, 2) }))
  saveDatasets(workspace, exampleDataset('test', ['liver'], { role: 'test', cases }))
  saveRun(workspace, 'first')
  return workspace
}
const livers = (dices: number[]) => caseIds.map((id, index) => exampleScore(id, 'liver', { dice: dices[index] ?? 0 }))

describe('reports', () => {
  test('are listed newest first, with what cannot be read left out', () => {
    const workspace = testWorkspace()
    saveReport(workspace, exampleReport(livers([0.9, 0.8, 0.7, 0.6])))
    saveReport(workspace, exampleReport(livers([0.9]), { stage: 1, createdAt: '2026-02-01T00:00:00.000Z' }))
    writeFileSync(join(workspace.runs, 'first', 'report', 'note.json'), '{"a": 1}')
    const results = open(workspace)
    expect(results.list().map(({ key }) => key)).toEqual(['first:1:ensemble', 'first:2:ensemble'])
    expect(results.list()[1]).toMatchObject({ dataset: 'test', cases: 4, failures: 0, predictionsKept: false })
    // a new evaluation replaces the file
    saveReport(workspace, exampleReport(livers([0.5]).slice(0, 2), { meanDice: 0.5 }))
    expect(results.list()[1]).toMatchObject({ cases: 2, meanDice: 0.5 })
  })

  test('that are not there are refused with those that are', () => {
    const workspace = testWorkspace()
    saveReport(workspace, exampleReport(livers([0.9])))
    expect(() => open(workspace).compare({ dataset: 'test', reports: ['first:2:1'] }, 'dice')).toThrow(
      /no report first:2:1 on dataset test; on test there are first:2:ensemble/,
    )
  })

  test('become tables: counts, spread, volumes in ml, cases from the worst on', () => {
    const workspace = testWorkspace()
    const scores = [
      exampleScore('p1-a', 'liver', { dice: 0.9 }),
      exampleScore('p1-b', 'liver', { status: 'missed', dice: 0, hd95Mm: null, nsd: 0, predictedVoxels: 0 }),
      exampleScore('p2', 'liver', {
        status: 'both-empty',
        dice: 1,
        hd95Mm: null,
        nsd: null,
        truthVoxels: 0,
        predictedVoxels: 0,
      }),
      exampleScore('p2', 'spleen', { status: 'invented', dice: 0, hd95Mm: null, nsd: 0, truthVoxels: 0 }),
      exampleScore('p3', 'spleen', { status: 'not-evaluable', dice: null, hd95Mm: null, nsd: null, truthVoxels: null }),
    ]
    saveReport(workspace, exampleReport(scores, { failures: [{ caseId: 'p3', message: 'unreadable' }] }))
    const [report] = open(workspace).compare({ dataset: 'test', reports: ['first:2:ensemble'] }, 'dice').reports
    const [liver, spleen] = report?.organs ?? []
    expect(liver).toMatchObject({ organ: 'liver', cases: 2, missed: 1, invented: 0, notEvaluable: 0 })
    expect(liver?.dice.mean).toBeCloseTo(0.45)
    expect(liver?.dice.sd).toBeCloseTo(0.9 / Math.SQRT2)
    expect(liver?.hd95Mm).toEqual({ n: 1, mean: 4, sd: null })
    expect(liver?.truthMl.mean).toBeCloseTo(3)
    expect(liver?.differenceMl.mean).toBeCloseTo((-0.3 - 3) / 2)
    expect(spleen).toMatchObject({ cases: 1, invented: 1, notEvaluable: 1, truthMl: { n: 0, mean: null } })
    expect(report?.cases.map(({ caseId, failure }) => [caseId, failure])).toEqual([
      ['p3', 'unreadable'],
      ['p1-b', null],
      ['p2', null],
      ['p1-a', null],
      ['p3', null],
    ])
  })
})

describe('a comparison', () => {
  const compare = (first: number[], second: number[], metric: 'dice' | 'hd95Mm' = 'dice') => {
    const workspace = testWorkspace()
    saveReport(workspace, exampleReport(livers(first), { stage: 1 }))
    saveReport(workspace, exampleReport(livers(second)))
    return open(workspace).compare({ dataset: 'test', reports: ['first:1:ensemble', 'first:2:ensemble'] }, metric)
  }

  test('pairs cases, averages those of one patient, and tests', () => {
    // patient 1: +0.1 and +0.3, so +0.2; patient 2: +0.1; patient 3: +0.3
    const { differences, tests } = compare([0.5, 0.5, 0.5, 0.5], [0.6, 0.8, 0.6, 0.8])
    const [all, liver] = differences[0]?.rows ?? []
    expect(liver).toMatchObject({ organ: 'liver', n: 3, leftOut: 0, p: 0.25, pHolm: 0.5, better: 3, worse: 0 })
    expect(liver?.mean).toBeCloseTo(0.2)
    expect(liver?.low).toBeGreaterThanOrEqual(0.1)
    expect(liver?.high).toBeLessThanOrEqual(0.3)
    // with one organ the mean over organs is that organ
    expect({ ...all, organ: 'liver' }).toEqual(liver)
    expect(tests).toBe(2)
  })

  test('of equal reports finds nothing', () => {
    const { differences, tests } = compare([0.5, 0.6, 0.7, 0.8], [0.5, 0.6, 0.7, 0.8])
    expect(differences[0]?.rows[1]).toMatchObject({ n: 3, mean: 0, low: 0, high: 0, p: null, pHolm: null, better: 0 })
    expect(tests).toBe(0)
  })

  test('leaves out what only one side has, and counts who is right about an absent organ', () => {
    const workspace = testWorkspace()
    const absent = { truthVoxels: 0, hd95Mm: null } as const
    const before = [
      exampleScore('p2', 'liver', { ...absent, status: 'invented', dice: 0, nsd: 0 }),
      exampleScore('p3', 'liver', { ...absent, status: 'both-empty', dice: 1, nsd: null }),
      exampleScore('p1-a', 'liver'),
    ]
    const after = [
      exampleScore('p2', 'liver', { ...absent, status: 'both-empty', dice: 1, nsd: null }),
      exampleScore('p3', 'liver', { ...absent, status: 'both-empty', dice: 1, nsd: null }),
    ]
    saveReport(workspace, exampleReport(before, { stage: 1 }))
    saveReport(workspace, exampleReport(after))
    const chosen = { dataset: 'test', reports: ['first:1:ensemble', 'first:2:ensemble'] }
    expect(open(workspace).compare(chosen, 'dice').differences[0]?.rows[1]).toMatchObject({ n: 1, mean: 1, leftOut: 1 })
    expect(open(workspace).compare(chosen, 'nsd').differences[0]?.rows[1]).toMatchObject({ n: 1, mean: 1, leftOut: 1 })
    expect(open(workspace).compare(chosen, 'hd95Mm').differences[0]?.rows[1]).toMatchObject({ n: 0, leftOut: 1 })
  })
})

describe('files of results', () => {
  test('CSV: a row a case and organ, empty where nothing applies, quoted where it must be', () => {
    const workspace = testWorkspace()
    saveReport(workspace, exampleReport([exampleScore('a,b', 'liver', { hd95Mm: null }), exampleScore('p2', 'liver')]))
    const chosen = { dataset: 'test', reports: ['first:2:ensemble'] }
    const lines = open(workspace).csv(chosen, 'cases').split('\r\n')
    expect(lines[0]).toMatch(/^run,dataset,stage,model,case,organ,status,dice,hd95_mm/)
    expect(lines[1]).toBe('first,test,2,ensemble,"a,b",liver,scored,0.8,,1,0.7,,,1000,900,1')
    expect(lines[2]).toBe('first,test,2,ensemble,p2,liver,scored,0.8,4,1,0.7,3,2.7,1000,900,1')
    expect(open(workspace).csv(chosen, 'organs').split('\r\n')[1]).toMatch(/^first,test,2,ensemble,liver,2,0,0,0,0\.8,/)
  })

  test('HTML: complete, escaped, without script or request, the same bytes but for its date', () => {
    const workspace = testWorkspace()
    saveReport(workspace, exampleReport(livers([0.5, 0.6, 0.7, 0.8]), { stage: 1 }))
    const spleen = exampleScore('<img src=x>', 'spleen', { dice: 0.1 })
    saveReport(workspace, exampleReport([...livers([0.6, 0.6, 0.9, 0.8]), spleen]))
    const chosen = { dataset: 'test', reports: ['first:1:ensemble', 'first:2:ensemble'] }
    const [now, later] = [new Date('2026-03-01T10:00:00Z'), new Date('2027-04-02T11:30:00Z')]
    const html = open(workspace).html(chosen, now)
    expect(html).toContain('For research use only')
    expect(html).toContain('seed 7')
    expect(html).toContain('organ-mosaic 0.1.0')
    expect(html).toContain(exampleDataset('site-a', ['liver']).fingerprint)
    expect(html).toContain('Spleen &lt;left&gt;')
    expect(html).toContain('&lt;img src=x&gt;')
    expect(html).not.toMatch(/<script|<img|<link|<iframe|@import|url\(|<[^>]*\b(src|href)=|https?:/)
    expect(html.match(/<svg /g)?.length).toBe(6)
    expect(html).not.toMatch(/NaN|undefined|null</)
    for (const tag of ['svg', 'table', 'section', 'g', 'tr', 'td', 'th', 'tbody', 'details', 'pre']) {
      const count = (text: string): number => html.split(text).length
      expect(count(`<${tag}>`) + count(`<${tag} `) - 1, tag).toBe(count(`</${tag}>`))
    }
    const second = open(workspace).html(chosen, later)
    expect(second).not.toBe(html)
    const undated = (text: string) => text.replace(/<time .*?<\/time>/, '')
    expect(undated(second)).toBe(undated(html))
  })
})

/** site-a labels the liver; spleen is pseudo-labelled in its first case, and ignored in its second. */
/** @param disputed voxels of four that are claimed, by case */
async function reviewWorkspace(
  state: 'awaiting-review' | 'finished',
  disputed?: readonly [number, number],
): Promise<{ workspace: Workspace; folder: string }> {
  const workspace = testWorkspace()
  const folder = saveRun(workspace, 'waits')
  const plan = {
    spacingMm: [10, 10, 10],
    patch: [2, 2, 2],
    channels: [4, 8],
    strides: [[1, 1, 1], [2, 2, 2]], // prettier-ignore
    normalisation: { kind: 'per-volume' },
    cropToBody: true,
    medianShape: [2, 2, 2],
    reasons: [],
  }
  writeJsonFile(join(folder, 'plan.json'), plan)
  // eight voxels of 1 ml: three true, two spleen, one background, two undecided
  const store = async (id: string, codes: number[], disputed?: number) => {
    mkdirSync(join(folder, 'pseudo-labels', 'site-a'), { recursive: true })
    const arrays = {
      codes: Uint8Array.from(codes),
      provenance: Uint8Array.from([255, 255, 255, ...codes.slice(3).map((code) => (code === 0 ? 0 : 2))]),
      confidence: Uint8Array.from(codes.map((code) => (code === 2 ? 204 : 0))),
    }
    const meta = {
      format: 'organ-mosaic-pseudo-labels-1',
      shape: [2, 2, 2],
      sets: [null, [0], [2]],
      acceptedClasses: [2],
      ...(disputed === undefined
        ? {}
        : { disagreement: { claimed: 4, disputed, organs: [{ unionClass: 2, claimed: 4, disputed }] } }),
    }
    await storeZarrGroup(join(folder, 'pseudo-labels', 'site-a', `${id}.zarr`), [2, 2, 2], arrays, meta)
  }
  await store('site-a-1', [0, 0, 0, 2, 2, 1, 0, 0], disputed?.[0])
  await store('site-a-2', [0, 0, 0, 1, 1, 1, 0, 0], disputed?.[1])
  const message = 'The pseudo label of spleen is ignored: its 2.0 ml lie outside the expected 0.5 to 1.5 ml.'
  const finding = { dataset: 'site-a', caseId: 'site-a-2', organ: 'spleen', severity: 'info', message } as const
  appendEvents(folder, [
    { seq: 1, time: time(1), type: 'finding', ...finding },
    { seq: 2, time: time(2), type: 'state', state, message: '' },
  ])
  return { workspace, folder }
}

describe('the review of pseudo labels', () => {
  test('shows the most doubtful case first, each organ with its volume, confidence and reason', async () => {
    const { workspace } = await reviewWorkspace('awaiting-review')
    const review = await open(workspace).pseudoReview('waits')
    expect(review).toMatchObject({ state: 'awaiting-review', waiting: true, sent: null })
    expect(
      review.cases.map(({ caseId, disputedShare, undecidedMl, undecidedShare }) => [
        caseId,
        disputedShare,
        undecidedMl,
        undecidedShare,
      ]),
    ).toEqual([
      ['site-a-2', null, 2, 1],
      ['site-a-1', null, 2, 0.5],
    ])
    const [ignored, accepted] = review.cases.map(({ organs }) => organs[0])
    expect(ignored).toMatchObject({ organ: 'spleen', state: 'ignored', volumeMl: 0, confidence: null })
    expect(ignored?.reason).toBe('its 2.0 ml lie outside the expected 0.5 to 1.5 ml')
    expect(accepted).toMatchObject({ state: 'accepted', reason: null, volumeMl: 2, expectedMl: [1.5, 1.5] })
    expect(accepted?.confidence).toBeCloseTo(0.8)
  })

  test('shows first where the models contradict each other most', async () => {
    const { workspace } = await reviewWorkspace('awaiting-review', [3, 1])
    const { cases } = await open(workspace).pseudoReview('waits')
    expect(cases.map(({ caseId, disputedShare, organs }) => [caseId, disputedShare, organs[0]?.disputedShare])).toEqual(
      [
        ['site-a-1', 0.75, 0.75],
        ['site-a-2', 0.25, 0.25],
      ],
    )
  })

  test('of a run without pseudo labels says when there will be some', async () => {
    await expect(open(testWorkspace()).pseudoReview('first')).rejects.toThrow(/has no pseudo labels yet/)
  })

  test('is refused for organs without a pseudo label, and by runs that do not wait', async () => {
    const { workspace, folder } = await reviewWorkspace('awaiting-review')
    const rejected = [{ dataset: 'site-a', caseId: 'site-a-1', organ: 'liver' }]
    await expect(open(workspace).sendReview('waits', { accepted: true, rejected })).rejects.toThrow(
      /rejects liver in case site-a-1 of site-a, and run waits has no pseudo label of it there/,
    )
    expect(existsSync(join(folder, 'review.json'))).toBe(false)
    const finished = await reviewWorkspace('finished')
    await expect(open(finished.workspace).sendReview('waits', { accepted: true, rejected: [] })).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  test('is written once each, read back, and resumes the run', async () => {
    const { workspace, folder } = await reviewWorkspace('awaiting-review')
    const results = open(workspace)
    const one = { dataset: 'site-a', caseId: 'site-a-1', organ: 'spleen' }
    await results.sendReview('waits', { accepted: true, rejected: [one, one] })
    expect(JSON.parse(readFileSync(join(folder, 'review.json'), 'utf8'))).toEqual({ accepted: true, rejected: [one] })
    // a process was started on the folder
    expect(existsSync(join(folder, 'process.json'))).toBe(true)
    const after = await results.pseudoReview('waits')
    expect(after.sent).toEqual({ accepted: true, rejected: [one] })
    expect(after.waiting).toBe(false)
  })
})
