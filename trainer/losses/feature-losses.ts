// The two feature terms: stage 1 pushes different organs apart, stage 2 pulls the same organ together.
import { tf, type Scalar, type Tensor2D } from '../tensor/tensorflow.ts'
import type { OrganFeatures } from './organ-features.ts'

/**
 * Stage 1, feature difference: mean positive cosine between this model's features inside other datasets' organs
 * and its running features of its own organs.
 * @param foreign features of organs of the other dataset, seen by this model
 * @param own running features of this model's organs, unit vectors [F]
 * @returns null when there is nothing to compare
 */
export function featureDifference(foreign: OrganFeatures | null, own: readonly Float32Array[]): Scalar | null {
  if (foreign === null || own.length === 0) return null
  return foreign.units.matMul(rows(own), false, true).relu().mean() as Scalar
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
  organs: OrganFeatures | null,
  teacherOf: (unionClass: number) => Teacher | null,
  gain: number,
): Scalar | null {
  const teachers = (organs?.classes ?? [])
    .map(teacherOf)
    .map((teacher) => (teacher && teacher.lead > 0 ? teacher : null))
  const taught = teachers.filter((teacher) => teacher !== null)
  if (organs === null || taught.length === 0) return null
  const pull = ({ lead }: Teacher) => Math.min(1, gain * lead) / taught.length
  const total = taught.reduce((sum, teacher) => sum + pull(teacher), 0)
  // Teachers scaled by their pull, nothing where there is none: all cosines are one sum of products.
  const nobody = new Float32Array(organs.units.shape[1])
  const scaled = teachers.map((teacher) => (teacher ? teacher.feature.map((value) => value * pull(teacher)) : nobody))
  return tf.scalar(total).sub(organs.units.mul(rows(scaled)).sum()) as Scalar
}

const rows = (vectors: readonly Float32Array[]): Tensor2D => {
  const length = vectors[0]!.length
  const table = new Float32Array(vectors.length * length)
  vectors.forEach((vector, row) => table.set(vector, row * length))
  return tf.tensor2d(table, [vectors.length, length])
}
