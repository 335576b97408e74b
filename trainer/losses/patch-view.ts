// What the terms of a patch's loss look at: the probabilities, and each voxel's code as one-hot rows, so that small tables by
// code become values by voxel, and sums over voxels become tables by code, in one matrix product each.
import { tf, type Tensor, type Tensor2D } from '../tensor/tensorflow.ts'

export interface PatchView {
  /** [V, C] softmax of the logits; never differentiated itself */
  readonly probabilities: Tensor2D
  /** The codes that occur, ascending. Tables by code have a row for each of these K. */
  readonly codes: readonly number[]
  /** [K] voxels of each */
  readonly counts: readonly number[]
  /** [V, K] */
  readonly oneHot: Tensor2D
}

const views = new WeakMap<Tensor, { codes: Int32Array; view: PatchView }>()

/**
 * The view of one output and its codes; made once, and disposed by the tidy that it is first asked for in.
 * @param logits [..., C]
 * @param codes [V]
 */
export function viewPatch(logits: Tensor, codes: Int32Array): PatchView {
  const known = views.get(logits)
  if (known?.codes === codes && !known.view.oneHot.isDisposed) return known.view
  const counts = countVoxels(codes)
  const present = [...counts.keys()].filter((code) => counts[code]! > 0)
  const rowOf = new Int32Array(counts.length)
  present.forEach((code, row) => (rowOf[code] = row))
  const rows = new Int32Array(codes.length)
  for (let v = 0; v < codes.length; v++) rows[v] = rowOf[codes[v]!]!
  const view = tf.tidy(() => ({
    probabilities: tf.softmax(logits.reshape([codes.length, -1])) as Tensor2D,
    codes: present,
    counts: present.map((code) => counts[code]!),
    oneHot: oneHotRows(rows, present.length),
  }))
  views.set(logits, { codes, view })
  return view
}

/** tf.oneHot refuses a single column. */
const oneHotRows = (rows: Int32Array, columns: number): Tensor2D =>
  (columns === 1
    ? tf.ones([rows.length, 1])
    : tf.oneHot(tf.tensor1d(rows, 'int32'), columns, 1, 0, 'float32')) as Tensor2D

/** Voxels of each code up to the largest. */
export function countVoxels(codes: Int32Array): Int32Array {
  let largest = -1
  for (let v = 0; v < codes.length; v++) if (codes[v]! > largest) largest = codes[v]!
  const counts = new Int32Array(largest + 1)
  for (let v = 0; v < codes.length; v++) counts[codes[v]!]!++
  return counts
}

/** A table [K, C] by code, row by row. */
export const codeTable = (rows: readonly (readonly number[])[]): Tensor2D => tf.tensor2d(rows as number[][])

/** [V, C] -> sums over the voxels of each code [K, C], as plain numbers. */
export function sumByCode(view: PatchView, values: Tensor2D): number[][] {
  const channels = values.shape[1]
  const sums = tf.tidy(() => view.oneHot.matMul(values, true))
  const flat = sums.dataSync()
  sums.dispose()
  return view.codes.map((_, k) => [...flat.subarray(k * channels, (k + 1) * channels)])
}
