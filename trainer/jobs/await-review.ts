// Between pseudo labels and stage 2: a run that was asked to stops here until a person's review lies in its folder.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OrganMosaicError } from '../../contract/errors.ts'
import { ReviewSchema, type Review } from '../../contract/job.ts'
import type { Journal } from './journal.ts'
import { readJsonFile } from './read-json-file.ts'

/** Thrown when pseudo labels wait for a person. */
export class AwaitingReview extends Error {}

/** @throws AwaitingReview when the review is not there yet; OrganMosaicError invalid-data when it refuses everything */
export async function awaitReview(folder: string, wanted: boolean, journal: Journal): Promise<Review> {
  if (!wanted) return { accepted: true, rejected: [] }
  const path = join(folder, 'review.json')
  if (!existsSync(path)) throw new AwaitingReview()
  const review = await readJsonFile(path, ReviewSchema, 'Write the review again and resume.')
  if (!review.accepted) {
    throw new OrganMosaicError(
      'invalid-data',
      'The review refused the pseudo labels; train stage 1 longer, or accept them in review.json and resume.',
    )
  }
  const { length } = review.rejected
  const left = length === 0 ? 'every pseudo label' : `all pseudo labels but the ${length} that it rejected`
  journal.append({ type: 'log', level: 'info', message: `The review is there: stage 2 is trained on ${left}.` })
  return review
}
