// Structures of one case that share voxels although their organs exclude each other: which of them keeps these, by the
// rule of the dataset, and the finding that says so.
import type { Finding, Label } from '../../../contract/dataset.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { valuesOf } from '../../../trainer/imaging/image-source.ts'
import type { OverlapRule, SettledOverlap } from '../../../contract/overlap-rule.ts'
import { areExclusive } from './are-exclusive.ts'
import { createFinding } from './create-finding.ts'
import type { CaseFacts } from './inspect-case.ts'
import { overlapsOf, type Overlap } from './shared-voxels.ts'

/** Pairs whose organs exclude each other; a tumour in its organ and organs that may overlap are none. */
export function forbiddenOverlaps({ shared }: CaseFacts, labels: readonly Label[], vocabulary: Vocabulary): Overlap[] {
  const organs = new Map(labels.map((label) => [label.key, label.organs]))
  return overlapsOf(shared).filter(({ first, second }) => {
    const [a, b] = [organs.get(first), organs.get(second)]
    return a !== undefined && b !== undefined && areExclusive(a, b, vocabulary)
  })
}

/** @returns nothing for `either` */
export function settleOverlaps(overlaps: readonly Overlap[], rule: OverlapRule, facts: CaseFacts): SettledOverlap[] {
  if (rule === 'either') return []
  return overlaps.map(({ first, second, voxels }) => {
    const firstIsSmaller = isSmaller(first, second, facts)
    const keepsFirst = firstIsSmaller === (rule === 'smaller')
    return { keeps: keepsFirst ? first : second, yields: keepsFirst ? second : first, voxels }
  })
}

/** Of two of one size the region that is declared within the other, else the first in the alphabet. */
function isSmaller(first: string, second: string, { structures, labels }: CaseFacts): boolean {
  const size = (key: string): number => structures.get(key)?.voxels ?? 0
  const breadth = (key: string): number => {
    const source = labels.find((each) => each.kind === 'mask' && each.labelKey === key)
    return source ? valuesOf(source.path).length : 0
  }
  const difference = size(first) - size(second) || breadth(first) - breadth(second)
  return difference === 0 ? first < second : difference < 0
}

export function overlapFindings(
  caseId: string,
  overlaps: readonly Overlap[],
  settled: readonly SettledOverlap[],
  rule: OverlapRule,
): Finding[] {
  return overlaps.map(({ first, second, voxels }, at) => {
    const keeper = settled[at]?.keeps
    const outcome =
      keeper === undefined ? 'a voxel there counts as either of them' : `${keeper}, the ${rule} one, keeps them`
    const message = `Case ${caseId}: ${first} and ${second} share ${voxels} voxels, and the organs exclude each other: ${outcome} (--overlap ${rule}). Look at the borders of both.`
    return createFinding('warning', 'label-overlap', message, { caseId })
  })
}
