// Which predictions become pseudo labels of one case: sure organs, sure background, everything else ignored.
import type { Shape } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { OrganEvidence } from '../inference/fuse.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { TRUE_LABEL, type PseudoLabelsWithProvenance } from './pseudo-label-store.ts'

type Rules = RunConfig['pseudoLabels']

/** What training saw of an organ, to recognise hallucinations in wider or narrower scans. */
export interface OrganExperience {
  readonly smallestMl: number
  readonly largestMl: number
  /** Share of the training cases in which the field of view cut it. */
  readonly cutShare: number
}

/** An organ that is cut in this share of its training cases (a spinal cord) may be cut in pseudo labels too. */
const USUALLY_CUT = 0.25

/** Fewer of an organ's voxels than this in an end slice are strays, not a cut. */
const STRAY_SHARE = 0.02

const IGNORED = 0
const BACKGROUND_CODE = 1

export interface AcceptInput {
  readonly shape: Shape
  readonly voxelMl: number
  /** Organs unlabelled in the case that some model can tell. */
  readonly evidence: readonly OrganEvidence[]
  /** Of each organ of the evidence: the probability that it needs. */
  readonly thresholds: readonly number[]
  /** Organs unlabelled in the case that no model can tell: they stay possible where background is accepted. */
  readonly unknown: ClassSet
  /** [V] true where a true label covers the voxel */
  readonly isLabelled: (voxel: number) => boolean
  readonly experience: ReadonlyMap<number, OrganExperience>
}

export interface Rejection {
  readonly unionClass: number
  readonly reason: string
}

export function acceptPseudoLabels(
  input: AcceptInput,
  rules: Rules,
): { labels: PseudoLabelsWithProvenance; rejections: Rejection[] } {
  const { shape, evidence } = input
  const { codes, provenance, confidence } = judgeVoxels(
    shape[0] * shape[1] * shape[2],
    evidence,
    input.thresholds,
    input.isLabelled,
    rules,
  )
  const rejections = rejectImplausible(input, rules, codes, provenance)
  const open = [...input.unknown, ...rejections.map(({ unionClass }) => unionClass)].sort((a, b) => a - b)
  const sets = codeSets(evidence, open)
  const present = new Set(codes)
  const acceptedClasses = evidence.flatMap(({ unionClass }, i) => (present.has(i + 2) ? [unionClass] : []))
  return { labels: { shape, codes, sets, acceptedClasses, provenance, confidence }, rejections }
}

export interface JudgedVoxels {
  /** [V] 0 ignored, 1 background, 2 + i the i-th organ of the evidence */
  readonly codes: Uint8Array
  readonly provenance: Uint8Array
  readonly confidence: Uint8Array
}

/** What each code of judgeVoxels says a voxel may be. @param open classes that nobody can tell here: background may be them */
export const codeSets = (evidence: readonly OrganEvidence[], open: ClassSet): (ClassSet | null)[] => [
  null,
  [0, ...open],
  ...evidence.map(({ unionClass }) => [unionClass]),
]

/** The rule for a single voxel: a sure organ, sure background, or nothing. */
export function judgeVoxels(
  voxels: number,
  evidence: readonly OrganEvidence[],
  thresholds: readonly number[],
  isLabelled: (voxel: number) => boolean,
  rules: Pick<Rules, 'oddsMargin' | 'backgroundThreshold'>,
): JudgedVoxels {
  const codes = new Uint8Array(voxels)
  const provenance = new Uint8Array(voxels)
  const confidence = new Uint8Array(voxels)
  for (let v = 0; v < voxels; v++) {
    if (isLabelled(v)) {
      provenance[v] = TRUE_LABEL
      continue
    }
    const [best, next] = bestTwo(evidence, v)
    if (best === null) continue
    const p = evidence[best]!.probability[v]!
    const lead = next === null ? Infinity : evidence[best]!.logOdds[v]! - evidence[next]!.logOdds[v]!
    if (p >= thresholds[best]! && lead >= rules.oddsMargin) {
      codes[v] = best + 2
      provenance[v] = evidence[best]!.models[0]! + 1
      confidence[v] = Math.round(p * 255)
    } else if (evidence.every(({ probability }) => probability[v]! <= rules.backgroundThreshold)) {
      codes[v] = BACKGROUND_CODE
      provenance[v] = evidence[best]!.models[0]! + 1
      confidence[v] = Math.round((1 - p) * 255)
    }
  }
  return { codes, provenance, confidence }
}

/** Positions of the two organs with the highest log-odds at a voxel. */
function bestTwo(evidence: readonly OrganEvidence[], voxel: number): [number | null, number | null] {
  let [best, next]: [number | null, number | null] = [null, null]
  for (let i = 0; i < evidence.length; i++) {
    const odds = evidence[i]!.logOdds[voxel]!
    if (best === null || odds > evidence[best]!.logOdds[voxel]!) [best, next] = [i, best]
    else if (next === null || odds > evidence[next]!.logOdds[voxel]!) next = i
  }
  return [best, next]
}

/**
 * Models trained on a narrow field of view hallucinate in a wider scan: implausible organs are ignored again. Then
 * nobody knows the organ in this case, and it stays possible where background is accepted.
 */
function rejectImplausible(input: AcceptInput, rules: Rules, codes: Uint8Array, provenance: Uint8Array): Rejection[] {
  const plane = input.shape[1] * input.shape[2]
  return input.evidence.flatMap(({ unionClass }, i) => {
    const experience = input.experience.get(unionClass)
    const code = i + 2
    const voxels = countOf(codes, code)
    if (voxels === 0 || !experience) return []
    const ml = voxels * input.voxelMl
    const [low, high] = [rules.volumeRange[0] * experience.smallestMl, rules.volumeRange[1] * experience.largestMl]
    const ends = [codes.subarray(0, plane), codes.subarray(codes.length - plane)]
    const cut = ends.some((slice) => countOf(slice, code) > STRAY_SHARE * voxels)
    const reason =
      ml < low || ml > high
        ? `its ${ml.toFixed(1)} ml lie outside the expected ${low.toFixed(1)} to ${high.toFixed(1)} ml`
        : rules.ignoreCut && cut && experience.cutShare < USUALLY_CUT
          ? 'it touches the first or last slice, which it rarely does in the training cases'
          : null
    if (reason === null) return []
    for (let v = 0; v < codes.length; v++) {
      if (codes[v] !== code) continue
      codes[v] = IGNORED
      provenance[v] = 0
    }
    return [{ unionClass, reason }]
  })
}

const countOf = (codes: Uint8Array, code: number): number => {
  let count = 0
  for (const value of codes) if (value === code) count += 1
  return count
}
