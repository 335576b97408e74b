// The findings of a run as a person reads them: what was ignored of the pseudo labels is summed up by organ.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RunDetail } from '../../../contract/commands.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { TrainJob } from '../../../contract/job.ts'
import type { OrganId } from '../../../contract/organ.ts'
import { stateOf } from '../datasets/availability.ts'

type FindingEvent = Extract<JobEvent, { type: 'finding' }>
type Ignored = RunDetail['ignoredPseudoLabels'][number]

export function describeFindings(
  job: TrainJob,
  folder: string,
  events: readonly FindingEvent[],
): Pick<RunDetail, 'findings' | 'ignoredPseudoLabels'> {
  // Pseudo labels that a killed run makes again are told again: the last word counts.
  const ignored = new Map<string, Ignored>()
  const findings: RunDetail['findings'] = []
  for (const event of events) {
    const pseudoLabel = readIgnored(event)
    if (pseudoLabel) ignored.set(`${pseudoLabel.organ} ${pseudoLabel.dataset} ${pseudoLabel.caseId}`, pseudoLabel)
    else findings.push({ severity: event.severity, message: sentenceOf(event) })
  }
  const ignoredPseudoLabels = [...ignored.values()]
  const sums = job.organs.flatMap((organ) => {
    const ofOrgan = ignoredPseudoLabels.filter((each) => each.organ === organ)
    return ofOrgan.length === 0 ? [] : [sumUp(organ, ofOrgan, countPseudoLabelled(job, folder, organ))]
  })
  return { findings: [...findings, ...sums], ignoredPseudoLabels }
}

const sentenceOf = ({ dataset, caseId, message }: FindingEvent): string =>
  [dataset, caseId, message].filter((part) => part !== null).join(': ')

/** The trainer's words for a rejected organ: "The pseudo label of X is ignored: its 3.1 ml lie outside ..." */
function readIgnored({ dataset, caseId, organ, message }: FindingEvent): Ignored | null {
  const found = /^The pseudo label of .* is ignored: (its .* ml lie outside|it touches)/.exec(message)
  if (!found || dataset === null || caseId === null || organ === null) return null
  return { dataset, caseId, organ, reason: found[1] === 'it touches' ? 'cut' : 'volume' }
}

/** Cases with stored pseudo labels in which nobody delineated the organ. */
function countPseudoLabelled({ datasets }: TrainJob, folder: string, organ: OrganId): number {
  const cases = datasets.flatMap(({ name, cases }) => cases.map((item) => ({ name, item })))
  return cases.filter(
    ({ name, item }) =>
      stateOf(organ, item) === 'unlabelled' &&
      existsSync(join(folder, 'pseudo-labels', name, `${encodeURIComponent(item.id)}.zarr`)),
  ).length
}

/** @example 'pseudo labels of brainstem: ignored in 37 of 40 cases (31 volume, 6 cut)' */
function sumUp(organ: OrganId, ignored: readonly Ignored[], cases: number): RunDetail['findings'][number] {
  const reasons = (['volume', 'cut'] as const)
    .map((reason) => ({ reason, count: ignored.filter((each) => each.reason === reason).length }))
    .filter(({ count }) => count > 0)
    .map(({ reason, count }) => `${count} ${reason}`)
  return {
    severity: 'info',
    message: `pseudo labels of ${organ}: ignored in ${ignored.length} of ${cases} cases (${reasons.join(', ')})`,
  }
}
