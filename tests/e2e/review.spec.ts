// A run stops between its stages: its pseudo labels are looked at, most disputed case first, some are refused by keyboard
// and by mouse, and stage 2 is trained without them. What the trainer read is seen in its own data.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ReviewSchema } from '../../contract/job.ts'
import type { PseudoReview } from '../../contract/results.ts'
import { hashFiles } from '../helpers/hash-files.ts'
import { openTinyStudy } from '../helpers/tiny-study.ts'
import { readTraining, runFolderOf, trainTiny } from '../helpers/train-tiny.ts'
import { expectAccessible } from './harness/accessibility.ts'
import { browserPath, goTo, needsBrowser, useApp, type OpenedPage } from './harness/app.ts'
import { takeScreenshot } from './harness/screenshots.ts'

/** What four steps teach is hardly believed: everything that a model sees at all becomes a pseudo label. */
const BELIEVING = [
  'pseudoLabels.review=true',
  'pseudoLabels.organThreshold=0.05',
  'pseudoLabels.oddsMargin=0',
  'pseudoLabels.ignoreCut=false',
  'pseudoLabels.volumeRange=0,1000000',
]
/** Alike up to their reviews: of the first some is refused, of the second all, of the third nothing. */
const NAMES = ['waits', 'refused', 'believed']

async function fill(home: string): Promise<void> {
  const { services, datasets } = await openTinyStudy({ home, cases: 4 })
  for (const name of NAMES) await trainTiny(services, { name, datasets, set: BELIEVING })
  services.close()
}

describe.skipIf(!browserPath)(`the review of pseudo labels${needsBrowser}`, () => {
  const app = useApp(fill)
  const review = (run: string): Promise<PseudoReview> => app.services.results.pseudoReview(run)
  const heads = (page: OpenedPage): Promise<string[]> => page.getByRole('rowheader').allInnerTexts()
  /** Of a stage, by model. */
  const weightsOf = (run: string, stage: number): string[] =>
    Object.entries(hashFiles(join(runFolderOf(app.services, run), 'checkpoints'))).flatMap(([file, hash]) =>
      file.startsWith(`stage${stage}-model`) ? hash : [],
    )
  const here = (page: OpenedPage) => page.locator('[role=gridcell][tabindex="0"]')

  test('cases are ranked, refused by keyboard and mouse, taken back, and stage 2 goes without them', async () => {
    const { cases } = await review('waits')
    const page = await app.openPage({ path: '/runs/waits' })
    await page.getByRole('button', { name: 'Review pseudo labels' }).click()
    await page.getByRole('grid').waitFor()
    expect((await heads(page)).map((text) => text.split(/\s/)[0])).toEqual(cases.map(({ caseId }) => caseId))
    const disputes = cases.map(({ disputedShare }) => disputedShare ?? -1)
    expect(disputes).toEqual(disputes.toSorted((a, b) => b - a))
    expect(disputes[0]).toBeGreaterThan(0)
    await takeScreenshot(page, 'review')
    await expectAccessible(page)

    // The first case by keyboard: all of it refused, then its first open organ accepted again.
    const [first, second] = cases
    await here(page).focus()
    await page.keyboard.press('Shift+R')
    await page.getByRole('button', { name: `Continue with ${first.organs.length} rejected` }).waitFor()
    for (let step = 0; step < 12 && (await here(page).innerText()) !== 'rejected'; step++) {
      await page.keyboard.press('ArrowRight')
    }
    await page.keyboard.press('a')
    await page.getByRole('button', { name: `Continue with ${first.organs.length - 1} rejected` }).waitFor()
    const kept = (await here(page).getAttribute('aria-label')) ?? ''
    await page.keyboard.press('u')
    await page.getByRole('button', { name: `Continue with ${first.organs.length} rejected` }).waitFor()
    await page.keyboard.press('a')

    // One organ of the second by mouse, with the words beside it; it is still there when the page is loaded anew.
    const organ = app.services.getVocabulary().organs.find(({ id }) => id === second.organs[0].organ)?.name ?? ''
    await page.getByRole('gridcell', { name: new RegExp(`^${second.caseId}, ${organ}:`) }).click()
    const detail = page.getByRole('complementary', { name: 'Chosen pseudo label' })
    await detail.getByRole('heading', { name: organ }).waitFor()
    await detail.getByRole('button', { name: 'Reject' }).click()
    await detail.getByText('Rejected: it counts as unlabelled').waitFor()
    await page.reload()
    await page.getByRole('button', { name: `Continue with ${first.organs.length} rejected` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Continue the run' }).click()
    await page.locator('header').getByText('Finished').waitFor()

    const folder = runFolderOf(app.services, 'waits')
    const { accepted, rejected } = ReviewSchema.parse(JSON.parse(readFileSync(join(folder, 'review.json'), 'utf8')))
    expect(accepted).toBe(true)
    expect(rejected).toHaveLength(first.organs.length)
    expect(rejected.filter(({ caseId }) => caseId === first.caseId)).toHaveLength(first.organs.length - 1)
    expect(rejected).toContainEqual({ ...idOf(second), organ: second.organs[0].organ })
    expect(kept).toContain(first.caseId)

    const said = readTraining(app.services, 'waits').events.flatMap((event) =>
      event.type === 'log' ? event.message : [],
    )
    expect(said).toContain(
      `The review is there: stage 2 is trained on all pseudo labels but the ${first.organs.length} that it rejected.`,
    )
    await app.services.results.sendReview('believed', { accepted: true, rejected: [] })
    expect(await app.services.followRun('believed', () => undefined, { pollMs: 50 })).toBe('finished')
    expect(weightsOf('waits', 1)).toEqual(weightsOf('believed', 1))
    const [without, withAll] = [weightsOf('waits', 2), weightsOf('believed', 2)]
    expect(withAll).toHaveLength(3)
    expect(without).not.toEqual(withAll)

    await goTo(page, '/runs/waits/review')
    await page.getByText(`Reviewed: ${first.organs.length} rejected`).waitFor()
    expect(await page.getByRole('gridcell', { name: /: rejected$/ }).count()).toBe(first.organs.length)
  })

  test('all is refused: the run ends without stage 2, and says why', async () => {
    const page = await app.openPage({ path: '/runs/refused/review' })
    await page.getByRole('button', { name: 'Refuse all' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End the run' }).click()
    await page.getByRole('alert').getByText('The review refused the pseudo labels').waitFor()
    expect(weightsOf('refused', 2)).toEqual([])
  })
})

const idOf = ({ dataset, caseId }: PseudoReview['cases'][number]) => ({ dataset, caseId })
