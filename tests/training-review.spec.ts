// A run that waits between the stages for a person's review of its pseudo labels, and what becomes of the answer.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptedOf, labelledCases, lossesOf, organsMet, trainTenSteps } from './helpers/read-tiny.ts'
import { gullible, openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, errorOf, runFolderOf } from './helpers/train-tiny.ts'

const timeout = 120_000

let tiny: TinyStudy

beforeAll(async () => {
  tiny = await openTinyStudy()
}, timeout)
afterAll(() => tiny.services.close())

describe('review', () => {
  const pair = ['site-a', 'site-b']
  // Without mirroring: a right kidney would be met as a left one.
  const everyOrgan = ['sampling.foreground=1', 'augmentation.mirror=off', 'stage2.steps=20', 'seed=3']
  const review = [...gullible, ...everyOrgan, 'pseudoLabels.review=on']
  const answer = (name: string, content: object): void =>
    writeFileSync(join(runFolderOf(tiny.services, name), 'review.json'), JSON.stringify(content))

  test(
    'waits for a person, and what was rejected teaches nobody',
    async () => {
      const waiting = await trainTenSteps(tiny, 'reviewed', pair, review)
      expect(waiting.state).toBe('awaiting-review')
      expect(lossesOf(waiting, 2)).toEqual([])
      const cases = labelledCases(tiny, 'reviewed', 'site-a')
      const accepted = new Set(
        (await Promise.all(cases.map((id) => acceptedOf(tiny, 'reviewed', 'site-a', id)))).flat(),
      )
      const [rejected, ...kept] = [...accepted]
      expect(kept.length).toBeGreaterThan(0)

      // Still waiting as long as nobody answered.
      expect(await continueTiny(tiny.services, 'reviewed')).toMatchObject({ state: 'awaiting-review' })
      const items = cases.map((caseId) => ({ dataset: 'site-a', caseId, organ: rejected }))
      answer('reviewed', { accepted: true, rejected: items })
      const training = await continueTiny(tiny.services, 'reviewed')
      expect(training.state).toBe('finished')
      const met = organsMet(training, 2, 1)
      expect(met).not.toContain(rejected)
      expect(kept.filter((organ) => met.has(organ)).length).toBeGreaterThan(0)
    },
    timeout,
  )

  test(
    'that refuses everything ends the run with a sentence, until somebody accepts',
    async () => {
      await trainTenSteps(tiny, 'refused', pair, review)
      answer('refused', { accepted: false })
      const refused = await continueTiny(tiny.services, 'refused')
      expect(refused.state).toBe('failed')
      expect(errorOf(refused.events)).toMatch(/The review refused the pseudo labels.*resume/)
      answer('refused', { accepted: true })
      expect(await continueTiny(tiny.services, 'refused')).toMatchObject({ state: 'finished' })
    },
    timeout,
  )
})
