// Several models' probabilities as one: partial-organ models by their calibrated log-odds, full models by their mean.
import type { ClassSet } from '../labels/label-sets.ts'

export interface ModelPrediction {
  readonly index: number
  /** Union class of each channel; channel 0 is background. */
  readonly classes: ClassSet
  /** Union classes that it can tell: a label that covers several organs makes nobody competent for one of them. */
  readonly competent: ClassSet
  /** [V, channels] */
  readonly probabilities: Float32Array
  /** Calibration: probabilities are raised to 1 / temperature and normalised again. */
  readonly temperature: number
}

/** Evidence of one organ at every voxel. */
export interface OrganEvidence {
  readonly unionClass: number
  /** [V] mean calibrated probability over the models that know the organ */
  readonly probability: Float32Array
  /** [V] mean log-odds against background over those models */
  readonly logOdds: Float32Array
  /** Positions of those models. */
  readonly models: readonly number[]
}

const TINY = 1e-7

/** Separately normalised softmaxes are not comparable; odds against each model's own background are. */
export function organEvidence(predictions: readonly ModelPrediction[], unionClass: number): OrganEvidence | null {
  const able = predictions.filter(
    ({ competent, classes }) => competent.includes(unionClass) && classes.includes(unionClass),
  )
  if (able.length === 0) return null
  const voxels = able[0]!.probabilities.length / able[0]!.classes.length
  const probability = new Float32Array(voxels)
  const logOdds = new Float32Array(voxels)
  for (const { classes, probabilities, temperature } of able) {
    const channel = classes.indexOf(unionClass)
    const power = 1 / temperature
    // A power costs many times an addition, and uncalibrated models are the usual case where patches are labelled.
    const raise = power === 1 ? (value: number): number => value : (value: number): number => value ** power
    for (let v = 0, at = 0; v < voxels; v++, at += classes.length) {
      let total = 0
      for (let c = 0; c < classes.length; c++) total += raise(probabilities[at + c]! + TINY)
      const organ = raise(probabilities[at + channel]! + TINY)
      const background = raise(probabilities[at]! + TINY)
      probability[v]! += organ / total / able.length
      logOdds[v]! += Math.log(organ / background) / able.length
    }
  }
  return { unionClass, probability, logOdds, models: able.map(({ index }) => index) }
}

/** Partial-organ models fused: softmax over the organs' log-odds, background at zero. @returns [V, classCount] */
export function fusePartialModels(predictions: readonly ModelPrediction[], classCount: number): Float32Array {
  const evidence = Array.from({ length: classCount - 1 }, (_, i) => organEvidence(predictions, i + 1)).filter(
    (organ) => organ !== null,
  )
  const first = predictions[0]!
  const voxels = first.probabilities.length / first.classes.length
  const fused = new Float32Array(voxels * classCount)
  for (let v = 0; v < voxels; v++) {
    const at = v * classCount
    let total = 1
    fused[at] = 1
    for (const { unionClass, logOdds } of evidence) {
      const odds = Math.exp(Math.min(logOdds[v]!, 30))
      fused[at + unionClass] = odds
      total += odds
    }
    for (let c = 0; c < classCount; c++) fused[at + c]! /= total
  }
  return fused
}

/** Full-organ models: the mean of their probabilities. @returns [V, C] */
export function meanProbabilities(all: readonly Float32Array[]): Float32Array {
  if (all.length === 1) return all[0]!
  const mean = new Float32Array(all[0]!.length)
  for (const probabilities of all) for (let i = 0; i < mean.length; i++) mean[i]! += probabilities[i]! / all.length
  return mean
}
