// Volumes that are unlike those of adults, or unlike those of the other cases of the dataset. Only whole organs are
// compared: one that reaches a border of its image, or that shares its label, says nothing of its size.
import type { Case } from '../../../../contract/case.ts'
import type { Finding } from '../../../../contract/finding.ts'
import type { OrganId } from '../../../../contract/organ.ts'
import { createFinding } from '../create-finding.ts'
import { ADULT_ML } from './adult-volumes.ts'

/** Fewer cases do not tell what is usual. */
const LEAST_CASES = 8
/** Robust standard deviations of the logarithm of the volume. */
const FAR = 5
/** What differs by less is no outlier, however alike the others are. */
const LEAST_FACTOR = 2
/** The median absolute deviation times this is a standard deviation, where values are normal. */
const MAD_TO_SD = 1.4826
/** Volumes of one organ differ by as much among people (log): a tighter spread is chance. */
const LEAST_SPREAD = 0.1

export function checkVolumes(cases: readonly Case[], nameOf: (organ: OrganId) => string): Finding[] {
  const organs = new Set(cases.flatMap(({ availability }) => Object.keys(availability)))
  return [...organs].flatMap((organ) => checkOrgan(organ, cases, nameOf(organ)))
}

function checkOrgan(organ: OrganId, cases: readonly Case[], name: string): Finding[] {
  const whole = cases.flatMap(({ id, availability, places }) => {
    const found = availability[organ] as Case['availability'][string] | undefined
    const touches = (places?.[organ]?.borders.length ?? 0) > 0
    return found?.state === 'labelled' && !touches ? [{ id, ml: found.volumeMl }] : []
  })
  const range = ADULT_ML.get(organ)
  const implausible = range ? whole.filter(({ ml }) => ml < range[0] || ml > range[1]) : []
  const usual = usualVolume(whole.map(({ ml }) => ml))
  const outliers = whole.filter((each) => !implausible.includes(each) && usual?.isFar(each.ml))
  return [
    ...implausible.map(({ id, ml }) => {
      const message = `Case ${id}: ${name} has ${format(ml)} ml; whole organs of adults have ${range![0]} to ${range![1]} ml. Look whether it is drawn completely and alone.`
      return createFinding('warning', 'implausible-volume', message, { caseId: id, organ })
    }),
    ...outliers.map(({ id, ml }) => {
      const message = `Case ${id}: ${name} has ${format(ml)} ml, and ${format(usual!.medianMl)} ml in the middle of the ${whole.length} cases that show it whole. Look whether it is drawn completely and alone.`
      return createFinding('warning', 'outlier-volume', message, { caseId: id, organ })
    }),
  ]
}

/** null for too few to tell. */
function usualVolume(ml: readonly number[]): { medianMl: number; isFar: (ml: number) => boolean } | null {
  if (ml.length < LEAST_CASES) return null
  const logs = ml.map(Math.log)
  const middle = medianOf(logs)
  const spread = Math.max(LEAST_SPREAD, MAD_TO_SD * medianOf(logs.map((log) => Math.abs(log - middle))))
  return {
    medianMl: Math.exp(middle),
    isFar(value) {
      const off = Math.abs(Math.log(value) - middle)
      return off > FAR * spread && off > Math.log(LEAST_FACTOR)
    },
  }
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

const format = (ml: number): string => (ml < 10 ? ml.toFixed(2) : ml.toFixed(0))
