// Structures of one case that share voxels although their organs exclude each other: which of them keeps these, by the
// rule of the dataset, and the finding that says so.
import type { Label } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
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

/** What one case has of a pair. */
interface CaseOverlap {
  readonly caseId: string
  readonly overlap: Overlap
  /** null: a voxel is either of them */
  readonly keeps: string | null
}

export interface SettledCase {
  readonly caseId: string
  readonly overlaps: readonly Overlap[]
  readonly settled: readonly SettledOverlap[]
}

/** One finding a pair, however many cases have it: a plan of many structures would say nothing else. The largest first. */
export function overlapFindings(cases: readonly SettledCase[], rule: OverlapRule): Finding[] {
  const all = cases.flatMap(({ caseId, overlaps, settled }) =>
    overlaps.map((overlap, at): CaseOverlap => ({ caseId, overlap, keeps: settled[at]?.keeps ?? null })),
  )
  const pairs = [...Map.groupBy(all, ({ overlap: { first, second } }) => JSON.stringify([first, second])).values()]
  const most = (pair: readonly CaseOverlap[]): number => Math.max(...pair.map(({ overlap }) => overlap.voxels))
  return pairs.sort((a, b) => most(b) - most(a)).map((pair) => pairFinding(pair, rule))
}

function pairFinding(pair: readonly CaseOverlap[], rule: OverlapRule): Finding {
  const largest = pair.reduce((best, each) => (each.overlap.voxels > best.overlap.voxels ? each : best))
  const { first, second, voxels } = largest.overlap
  const end = `and the organs exclude each other: ${outcomeOf(pair, rule)} (--overlap ${rule}). Look at the borders of both.`
  if (pair.length === 1) {
    const message = `Case ${largest.caseId}: ${first} and ${second} share ${voxels} voxels, ${end}`
    return createFinding('warning', 'label-overlap', message, { caseId: largest.caseId })
  }
  const message = `${first} and ${second} share voxels in ${pair.length} cases, at most ${voxels} in case ${largest.caseId}, ${end}`
  return { ...createFinding('warning', 'label-overlap', message), cases: pair.map(({ caseId }) => caseId) }
}

/** Which of two is the smaller one may differ from case to case. */
function outcomeOf(pair: readonly CaseOverlap[], rule: OverlapRule): string {
  const keepers = [...Map.groupBy(pair, ({ keeps }) => keeps)]
  const [[keeps]] = keepers
  if (keeps === null) return 'a voxel there counts as either of them'
  if (keepers.length === 1) return `${keeps}, the ${rule} one, keeps them`
  const counts = keepers.map(([name, own]) => `${name} in ${own.length} ${own.length === 1 ? 'case' : 'cases'}`)
  return `the ${rule} one keeps them, ${counts.join(' and ')}`
}
