// The same image twice, recognised by content. Within a dataset the later case is excluded: it would count double and
// could straddle training and validation. Across datasets it is only said here; `train` refuses what would leak.
import type { Case, Dataset, Finding } from '../../../contract/dataset.ts'
import { createFinding } from './create-finding.ts'

/** The same cases, the later one of each pair excluded. */
export function excludeDuplicates(cases: readonly Case[]): { cases: Case[]; findings: Finding[] } {
  const firstWith = new Map<string, string>()
  const findings: Finding[] = []
  const checked = cases.map((each): Case => {
    if (each.status !== 'ok' || each.imageHash === null) return each
    const first = firstWith.get(each.imageHash)
    if (first === undefined) {
      firstWith.set(each.imageHash, each.id)
      return each
    }
    const message = `Case ${each.id}: its image has the same voxels as that of case ${first}, which is used; remove one of them.`
    findings.push(createFinding('error', 'duplicate-image', message, { caseId: each.id }))
    return { ...each, status: 'excluded', excludedReason: message, availability: {} }
  })
  return { cases: checked, findings }
}

/** Warnings, one a case whose image another registered dataset holds too. */
export function findDuplicatesAcross(cases: readonly Case[], others: readonly Dataset[]): Finding[] {
  const known = new Map(
    others.flatMap((dataset) =>
      dataset.cases.map((other) => [other.imageHash ?? '', { dataset, id: other.id }] as const),
    ),
  )
  return cases.flatMap(({ id, imageHash }) => {
    const twin = imageHash === null ? undefined : known.get(imageHash)
    if (!twin) return []
    const message = `Case ${id}: the dataset ${twin.dataset.name} (role ${twin.dataset.role}) holds the same image as its case ${twin.id}; the two cannot be training and test data of one run.`
    return [createFinding('warning', 'duplicate-image', message, { caseId: id })]
  })
}
