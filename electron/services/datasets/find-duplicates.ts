// The same image twice, recognised by content. Within a dataset the later case is excluded: it would count double and
// could straddle training and validation. Across datasets it is only said here; `train` refuses what would leak.
// References hold the images of others on purpose.
import type { Case } from '../../../contract/case.ts'
import type { Dataset, DatasetRole } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
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
    return { ...each, status: 'excluded', excludedReason: message }
  })
  return { cases: checked, findings }
}

/** Warnings, one a case whose image another registered dataset holds too; one note in all for a reference. */
export function findDuplicatesAcross(role: DatasetRole, cases: readonly Case[], others: readonly Dataset[]): Finding[] {
  if (role === 'reference') return noteReferenced(cases, others)
  const known = new Map(
    others
      .filter((dataset) => dataset.role !== 'reference')
      .flatMap((dataset) => dataset.cases.map((other) => [other.imageHash ?? '', { dataset, id: other.id }] as const)),
  )
  return cases.flatMap(({ id, imageHash }) => {
    const twin = imageHash === null ? undefined : known.get(imageHash)
    if (!twin) return []
    const message = `Case ${id}: the dataset ${twin.dataset.name} (role ${twin.dataset.role}) holds the same image as its case ${twin.id}; the two cannot be training and test data of one run.`
    return [createFinding('warning', 'duplicate-image', message, { caseId: id })]
  })
}

/** Whose pseudo labels a reference can score. */
function noteReferenced(cases: readonly Case[], others: readonly Dataset[]): Finding[] {
  const hashes = new Set(cases.flatMap(({ imageHash }) => imageHash ?? []))
  const shared = others
    .filter(({ role }) => role === 'train')
    .map(({ name, cases: theirs }) => ({
      name,
      hashes: theirs.flatMap(({ imageHash }) => (imageHash !== null && hashes.has(imageHash) ? [imageHash] : [])),
    }))
    .filter((other) => other.hashes.length > 0)
  if (shared.length === 0) return []
  const images = new Set(shared.flatMap((other) => other.hashes)).size
  const names = shared.map(({ name }) => name).join(', ')
  const message = `${images} of its images ${images === 1 ? 'is one' : 'are those'} of ${names}: their pseudo labels can be scored with it.`
  return [createFinding('info', 'duplicate-image', message)]
}
