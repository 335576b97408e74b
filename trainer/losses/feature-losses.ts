// The two feature terms: stage 1 pushes different organs apart, stage 2 pulls the same organ together.
import { tf, type Scalar, type Tensor, type Tensor1D } from '../tensor/tensorflow.ts'
import { cosine } from './organ-features.ts'

export interface OrganFeature {
  readonly unionClass: number
  readonly feature: Tensor1D
}

/**
 * Stage 1, feature difference: mean positive cosine between this model's features inside other datasets' organs
 * and its running features of its own organs.
 * @param foreign features of organs of the other dataset, seen by this model
 * @param own running features of this model's organs, unit vectors [F]
 * @returns null when there is nothing to compare
 */
export function featureDifference(foreign: readonly OrganFeature[], own: readonly Float32Array[]): Scalar | null {
  const pairs = foreign.flatMap((organ) => own.map((reference) => cosine(organ.feature, reference).relu()))
  return meanOf(pairs)
}

export interface Teacher {
  readonly model: number
  readonly feature: Float32Array
  /** How much better the teacher is on this organ: its accuracy minus the pupil's, in 0..1. */
  readonly lead: number
}

/**
 * Stage 2, dynamic feature similarity: each organ's feature is pulled to that of the model that is best on it,
 * the stronger the further it leads: min(1, gain * lead) * (1 - cosine), averaged over the organs that have a teacher.
 * @param teacherOf the best model's running feature of a class; null when this model is best or none is known
 * @returns null when no organ has a teacher
 */
export function dynamicFeatureSimilarity(
  organs: readonly OrganFeature[],
  teacherOf: (unionClass: number) => Teacher | null,
  gain: number,
): Scalar | null {
  const pulls = organs.flatMap((organ) => {
    const teacher = teacherOf(organ.unionClass)
    if (!teacher || teacher.lead <= 0) return []
    return [
      tf
        .scalar(1)
        .sub(cosine(organ.feature, teacher.feature))
        .mul(Math.min(1, gain * teacher.lead)),
    ]
  })
  return meanOf(pulls)
}

const meanOf = (values: readonly Tensor[]): Scalar | null =>
  values.length === 0 ? null : (tf.addN([...values]).div(values.length) as Scalar)
