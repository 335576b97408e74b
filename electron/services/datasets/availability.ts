// Reading the availability of a registered case.
import type { AvailabilityState, Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import type { OrganId } from '../../../contract/organ.ts'

export const usableCases = (dataset: Pick<Dataset, 'cases'>): Case[] =>
  dataset.cases.filter((each) => each.status === 'ok')

/** What a case does not mention, nobody looked for. */
export const stateOf = (organ: OrganId, each: Case): AvailabilityState =>
  each.availability[organ]?.state ?? 'unlabelled'
