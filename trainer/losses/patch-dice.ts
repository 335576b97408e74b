// Hard Dice of the organ sets of a patch or volume, from how often each class was predicted where: for logging,
// validation, and the patch's own accuracy.
import type { Tensor2D } from '../tensor/tensorflow.ts'
import { countVoxels, sumByCode, type PatchView } from './patch-view.ts'
import { buildTargetTables, setsOf, type PatchTarget } from './targets.ts'
import type { ClassSet } from '../labels/label-sets.ts'

export interface SetDice {
  readonly classes: ClassSet
  readonly dice: number
}

/**
 * @param predicted class of each voxel [V]
 * @returns each present organ set with its Dice over the voxels that can be judged
 */
export function patchDice(predicted: Int32Array, target: PatchTarget, classCount: number): SetDice[] {
  const counts = countVoxels(target.codes)
  const codes = [...counts.keys()].filter((code) => counts[code]! > 0)
  const guesses = new Float64Array(counts.length * classCount)
  for (let v = 0; v < predicted.length; v++) guesses[target.codes[v]! * classCount + predicted[v]!]!++
  const rows = codes.map((code) => [...guesses.subarray(code * classCount, (code + 1) * classCount)])
  return diceOfCounts(
    rows,
    codes.map((code) => counts[code]!),
    setsOf(codes, target.sets),
    classCount,
  )
}

/**
 * The same of a view, without bringing its voxels out of TensorFlow. Classes that are exactly as likely all count.
 * @param classes union class of each channel
 * @param sets of the union, by code
 */
export function viewDice(
  view: PatchView,
  classes: readonly number[],
  sets: readonly ClassSet[],
  classCount: number,
): SetDice[] {
  const { probabilities } = view
  const likeliest = probabilities.equal(probabilities.max(1, true)).cast('float32') as Tensor2D
  const rows = sumByCode(view, likeliest).map((row) => {
    const guesses = Array.from({ length: classCount }, () => 0)
    row.forEach((voxels, channel) => (guesses[classes[channel]!]! += voxels))
    return guesses
  })
  return diceOfCounts(rows, view.counts, setsOf(view.codes, sets), classCount)
}

/** @param guesses [K, classes] voxels of each code that were predicted to be each class */
function diceOfCounts(
  guesses: readonly (readonly number[])[],
  counts: readonly number[],
  sets: readonly ClassSet[],
  classCount: number,
): SetDice[] {
  const tables = buildTargetTables(sets, classCount)
  return tables.present.map((classes, l) => {
    let [overlap, volume] = [0, 0]
    guesses.forEach((row, k) => {
      const inSet = classes.reduce((sum, c) => sum + row[c]!, 0)
      const truth = tables.inside[k]![l]!
      overlap += truth * inSet
      volume += truth * counts[k]! + tables.judged[k]![l]! * inSet
    })
    return { classes, dice: volume === 0 ? 1 : (2 * overlap) / volume }
  })
}
