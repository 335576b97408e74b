// Are left and right where they belong? Centres of organs in patient coordinates: LPS x grows to the left. Labels may be
// exchanged, or the whole image may be mirrored; organs that lie on one side by nature tell which.
import type { Case } from '../../../../contract/case.ts'
import type { Finding } from '../../../../contract/finding.ts'
import type { Organ, OrganId, Vocabulary } from '../../../../contract/organ.ts'
import { createFinding } from '../create-finding.ts'
import { medianOf } from './check-volumes.ts'

/** Paired organs lie further apart than this (mm); below it nothing is said. */
const PAIR_MM = 5
/** One of a pair alone, against the middle of the body, which is known less well. */
const ALONE_MM = 25
/** Organs that lie on one side: the sign of x, and how far (mm) on the wrong side they have to be. */
const ONE_SIDED: ReadonlyMap<OrganId, readonly [sign: 1 | -1, mm: number]> = new Map([
  ['heart', [1, 10]],
  ['spleen', [1, 15]],
  ['stomach', [1, 30]],
  ['liver', [-1, 15]],
  ['gallbladder', [-1, 15]],
])
/** They lie in the middle, whatever a scan shows of the body. */
const MIDDLE =
  /^(spinal_cord|spinal_canal|brainstem|sacrum|sternum|trachea|vertebrae_\w+|mandible|larynx|brain|cerebellum)$/

interface Sides {
  readonly id: string
  /** Organs on the wrong side, by what makes it wrong */
  readonly pairs: readonly OrganId[]
  readonly rightPairs: number
  readonly oneSided: readonly OrganId[]
  readonly rightOneSided: number
}

export function checkSides(
  cases: readonly Case[],
  { organs }: Vocabulary,
  nameOf: (organ: OrganId) => string,
): Finding[] {
  const byId = new Map(organs.map((organ) => [organ.id, organ]))
  const sides = cases.map((each) => sidesOf(each, byId))
  const wrong = sides.filter(({ pairs, oneSided }) => pairs.length + oneSided.length > 0)
  const telling = sides.filter((each) => each.pairs.length + each.rightPairs > 0)
  const everywhere =
    telling.length > 1 && telling.every(({ pairs, rightPairs }) => pairs.length > 0 && rightPairs === 0)
  if (!everywhere) return wrong.map((each) => ofCase(each, nameOf))
  const named = [...new Set(telling.flatMap(({ pairs }) => pairs))].slice(0, 4).map(nameOf).join(', ')
  const message = `In all ${telling.length} cases that tell, left and right are exchanged (${named}). ${reasonOf(telling)}`
  const others = wrong.filter(({ pairs }) => pairs.length === 0)
  return [createFinding('warning', 'swapped-sides', message), ...others.map((each) => ofCase(each, nameOf))]
}

function ofCase(each: Sides, nameOf: (organ: OrganId) => string): Finding {
  const parts = [
    each.pairs.length > 0 ? `left and right are exchanged (${each.pairs.slice(0, 4).map(nameOf).join(', ')})` : '',
    each.oneSided.length > 0
      ? `${each.oneSided.map(nameOf).join(', ')} ${each.oneSided.length === 1 ? 'lies' : 'lie'} on the other side than in most people`
      : '',
  ].filter((part) => part !== '')
  const message = `Case ${each.id}: ${parts.join(', and ')}. ${reasonOf([each])}`
  return createFinding('warning', 'swapped-sides', message, { caseId: each.id })
}

/** What may be the cause, by both kinds of evidence: labels alone do not tell whether their image is turned with them. */
function reasonOf(sides: readonly Sides[]): string {
  const sum = (count: (each: Sides) => number): number => sides.reduce((total, each) => total + count(each), 0)
  const mirrored = sum(({ oneSided }) => oneSided.length) > 0
  const straight = sum(({ rightOneSided }) => rightOneSided) > 0
  const exchanged = sum(({ pairs }) => pairs.length) > 0
  if (exchanged && mirrored)
    return 'Organs of one side alone lie on the other side too: the labels are mirrored against their image, image and labels are mirrored together (orientation in the header), or the names of the organs are exchanged. Look in the viewer whether the labels lie on the organs.'
  if (exchanged && straight)
    return 'Organs of one side alone lie where they belong, so that the two names are probably exchanged, or their labels are: look at them in the viewer.'
  if (exchanged)
    return 'The two names may be exchanged, the labels mirrored, or the image and its labels: look at it in the viewer before training.'
  return 'The labels or the image may be mirrored (orientation in the header), names exchanged, or the patient is one of the few.'
}

function sidesOf(each: Case, organs: ReadonlyMap<OrganId, Organ>): Sides {
  const x = new Map(Object.entries(each.places ?? {}).map(([id, { centre }]) => [id, centre[0]]))
  const pairs: OrganId[] = []
  let rightPairs = 0
  for (const [id, own] of x) {
    const { laterality = null, counterpart = null } = organs.get(id) ?? {}
    if (laterality !== 'left' || counterpart === null) continue
    const other = x.get(counterpart)
    if (other === undefined) continue
    if (own < other - PAIR_MM) pairs.push(id)
    else if (own > other + PAIR_MM) rightPairs++
  }
  const middle = middleOf(each, x, organs)
  const oneSided: OrganId[] = []
  let rightOneSided = 0
  for (const [id, own] of middle === null ? [] : x) {
    const expected = ONE_SIDED.get(id) ?? alone(organs.get(id), x)
    if (!expected) continue
    const off = expected[0] * (own - middle!)
    if (off < -expected[1]) oneSided.push(id)
    else if (off > 0) rightOneSided++
  }
  return { id: each.id, pairs, rightPairs, oneSided, rightOneSided }
}

/** One of a pair whose other side is not labelled. */
function alone(organ: Organ | undefined, x: ReadonlyMap<OrganId, number>): readonly [1 | -1, number] | undefined {
  if (!organ?.laterality || organ.counterpart === null || x.has(organ.counterpart)) return undefined
  return [organ.laterality === 'left' ? 1 : -1, ALONE_MM]
}

/** Organs in the middle know it best, then the middles of pairs, then the outline of the body. */
function middleOf(
  { midlineMm }: Case,
  x: ReadonlyMap<OrganId, number>,
  organs: ReadonlyMap<OrganId, Organ>,
): number | null {
  const central = [...x].filter(([id]) => MIDDLE.test(id)).map(([, own]) => own)
  if (central.length > 0) return medianOf(central)
  const middles = [...x].flatMap(([id, own]) => {
    const { laterality, counterpart } = organs.get(id) ?? {}
    const other = laterality === 'left' && counterpart ? x.get(counterpart) : undefined
    return other === undefined ? [] : [(own + other) / 2]
  })
  return middles.length > 0 ? medianOf(middles) : (midlineMm ?? null)
}
