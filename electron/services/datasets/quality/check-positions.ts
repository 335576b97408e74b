// Do the organs of a case lie to each other as in the other cases, and those of a dataset as in the other datasets?
// An image whose orientation is wrong has them upside down, back to front or mirrored.
import type { Case } from '../../../../contract/case.ts'
import type { Dataset } from '../../../../contract/dataset.ts'
import type { Finding } from '../../../../contract/finding.ts'
import type { Point } from '../../../../contract/geometry.ts'
import { createFinding } from '../create-finding.ts'
import { usableCases } from '../availability.ts'
import { medianOf } from './check-volumes.ts'

/** Cases that each is compared with. */
const COMPARED = 15
/** Fewer do not tell which of them is the odd one. */
const LEAST_CASES = 4
/** Standard deviation (mm) of organs along an axis below which their order says nothing. */
const LEAST_SPREAD_MM = 12
/** The same for two organs alone, whose order is all there is. */
const LEAST_SPREAD_OF_TWO_MM = 20
/** Correlation of positions along an axis below which it is turned round. */
const OPPOSITE = -0.7

/** By LPS axis. */
const WORDS = ['mirrored from left to right', 'back to front', 'upside down'] as const

type Places = ReadonlyMap<string, Point>

/** One warning a case whose organs lie the other way round than in the rest of its dataset. */
export function checkPositions(cases: readonly Case[]): Finding[] {
  const placed = cases.map((each) => ({ id: each.id, places: placesOf(each) })).filter(({ places }) => places.size > 1)
  if (placed.length < LEAST_CASES) return []
  return placed.flatMap(({ id, places }, at) => {
    const others = sample(placed.filter((_, other) => other !== at))
    const turned = turnedAxes(
      [places],
      others.map((each) => each.places),
    )
    if (turned.length === 0) return []
    const message = `Case ${id}: its organs lie ${turned.join(' and ')} compared with the other cases. Look at the orientation in the header of the image, and at the names of the labels.`
    return [createFinding('warning', 'unusual-position', message, { caseId: id })]
  })
}

/**
 * One warning where the shared organs lie the other way round than in other datasets; none where more datasets agree with
 * this one than not: then it is said of the others.
 */
export function comparePositions(cases: readonly Case[], others: readonly Dataset[]): Finding[] {
  const own = sample(cases.map(placesOf).filter(({ size }) => size > 1))
  const compared = others.flatMap((other) => {
    const theirs = sample(usableCases(other).map(placesOf))
    return isComparable(own, theirs) ? [{ name: other.name, axes: turnedAxes(own, theirs) }] : []
  })
  const turned = compared.filter(({ axes }) => axes.length > 0)
  const agreeing = compared.length - turned.length
  if (turned.length === 0 || turned.length < 1 + agreeing) return []
  const axes = WORDS.filter((word) => turned.some((each) => each.axes.includes(word)))
  const names = turned.map(({ name }) => name)
  const whose = `${names.length === 1 ? 'those of the dataset' : 'those of the datasets'} ${listed(names)}`
  const where =
    turned.length > 1 || agreeing > 0
      ? 'the images or the labels of this one are probably turned round'
      : 'the images or the labels of one of the two are turned round'
  const message = `The organs lie ${axes.join(' and ')} compared with ${whose}: ${where}. Look at a case of each in the viewer.`
  return [createFinding('warning', 'unusual-position', message)]
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`

/** Some organs are in both, far enough apart to tell. */
const isComparable = (own: readonly Places[], others: readonly Places[]): boolean =>
  WORDS.some((_, axis) => own.some((a) => others.some((b) => agreement(a, b, axis) !== null)))

function turnedAxes(own: readonly Places[], others: readonly Places[]): string[] {
  return WORDS.filter((_, axis) => {
    const agreements = own.flatMap((a) => others.flatMap((b) => agreement(a, b, axis) ?? []))
    return agreements.length > 0 && medianOf(agreements) < OPPOSITE
  })
}

/** Correlation of the positions of the organs that both have, along one axis; null where they do not tell. */
function agreement(a: Places, b: Places, axis: number): number | null {
  const shared = [...a.keys()].filter((organ) => b.has(organ))
  if (shared.length < 2) return null
  const [first, second] = [a, b].map((places) => centred(shared.map((organ) => places.get(organ)![axis])))
  const least = shared.length === 2 ? LEAST_SPREAD_OF_TWO_MM : LEAST_SPREAD_MM
  const spread = (values: readonly number[]): number => Math.hypot(...values) / Math.sqrt(values.length)
  if (spread(first) < least || spread(second) < least) return null
  const dot = first.reduce((sum, value, at) => sum + value * second[at], 0)
  return dot / (Math.hypot(...first) * Math.hypot(...second))
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

/** An organ that is cut has its middle wherever the image ends. */
const placesOf = ({ places = {} }: Case): Places =>
  new Map(Object.entries(places).flatMap(([id, { centre, borders }]) => (borders.length > 0 ? [] : [[id, centre]])))

/** Evenly over the list. */
function sample<T>(all: readonly T[]): T[] {
  const step = Math.max(1, all.length / COMPARED)
  return Array.from({ length: Math.min(all.length, COMPARED) }, (_, at) => all[Math.floor(at * step)])
}
