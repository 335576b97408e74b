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
export const organEvidence = (predictions: readonly ModelPrediction[], unionClass: number): OrganEvidence | null =>
  gatherEvidence(predictions, [unionClass])[0] ?? null

/** The evidence of those classes that some model can tell; one pass over each model's probabilities for all of them. */
export function gatherEvidence(predictions: readonly ModelPrediction[], unionClasses: ClassSet): OrganEvidence[] {
  const tells = ({ competent, classes }: ModelPrediction, c: number): boolean =>
    competent.includes(c) && classes.includes(c)
  const evidence = unionClasses.flatMap((unionClass) => {
    const able = predictions.filter((prediction) => tells(prediction, unionClass))
    if (able.length === 0) return []
    const voxels = able[0]!.probabilities.length / able[0]!.classes.length
    const models = able.map(({ index }) => index)
    return [{ unionClass, probability: new Float32Array(voxels), logOdds: new Float32Array(voxels), models }]
  })
  for (const prediction of predictions) {
    const told = evidence.filter(({ unionClass }) => tells(prediction, unionClass))
    if (told.length > 0) addEvidence(prediction, told)
  }
  return evidence
}

function addEvidence({ classes, probabilities, temperature }: ModelPrediction, told: readonly OrganEvidence[]): void {
  const channels = told.map(({ unionClass }) => classes.indexOf(unionClass))
  const shares = told.map(({ models }) => models.length)
  const power = 1 / temperature
  const calibrated = new Float64Array(classes.length)
  for (let v = 0, at = 0; at < probabilities.length; v++, at += classes.length) {
    let total = 0
    for (let c = 0; c < classes.length; c++) {
      const p = probabilities[at + c]! + TINY
      // A power costs many times an addition, and uncalibrated models are the usual case where patches are labelled.
      calibrated[c] = power === 1 ? p : p ** power
      total += calibrated[c]!
    }
    for (let i = 0; i < told.length; i++) {
      const organ = calibrated[channels[i]!]!
      told[i]!.probability[v]! += organ / total / shares[i]!
      told[i]!.logOdds[v]! += Math.log(organ / calibrated[0]!) / shares[i]!
    }
  }
}

/** Partial-organ models fused: softmax over the organs' log-odds, background at zero. @returns [V, classCount] */
export function fusePartialModels(predictions: readonly ModelPrediction[], classCount: number): Float32Array {
  const organs = Array.from({ length: classCount - 1 }, (_, i) => i + 1)
  const evidence = gatherEvidence(predictions, organs)
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
