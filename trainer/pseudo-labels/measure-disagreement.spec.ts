import { expect, test } from 'vitest'
import type { ModelPrediction } from '../inference/fuse.ts'
import { measureDisagreement } from './measure-disagreement.ts'

/** One voxel a class: the model is sure of it. */
const model = (index: number, classes: readonly number[], seen: readonly number[]): ModelPrediction => ({
  index,
  classes,
  competent: classes.slice(1),
  temperature: 1,
  probabilities: Float32Array.from(
    seen.flatMap((unionClass) => classes.map((each) => (each === unionClass ? 0.8 : 0.2 / (classes.length - 1)))),
  ),
})
const nowhere = (): boolean => false
// Union: 1 liver and 2 spleen of model 0, 2 spleen and 3 kidney of model 1.
const three = (first: readonly number[], second: readonly number[]): readonly ModelPrediction[] => [
  model(0, [0, 1, 2], first),
  model(1, [0, 2, 3], second),
]

test.each<[string, number[], number[], number, number, [organ: number, claimed: number, disputed: number][]]>([
  ['both see the same', [2, 2, 0, 0], [2, 2, 0, 0], 2, 0, [[2, 2, 0]]],
  ['one alone can know it', [1, 1, 0, 0], [0, 0, 0, 0], 2, 0, [[1, 2, 0]]],
  ['one that knows it does not see it', [2, 2, 2, 0], [2, 0, 0, 0], 3, 2, [[2, 3, 2]]],
  ['two different organs', [1, 1, 0, 0], [3, 0, 3, 0], 3, 1, [[1, 2, 1], [3, 2, 1]]], // prettier-ignore
  ['nothing anywhere', [0, 0, 0, 0], [0, 0, 0, 0], 0, 0, []],
])('%s', (_, first, second, claimed, disputed, organs) => {
  const found = measureDisagreement(three(first, second), [1, 2, 3], nowhere)
  expect(found).toEqual({
    claimed,
    disputed,
    organs: organs.map(([unionClass, all, some]) => ({ unionClass, claimed: all, disputed: some })),
  })
})

test('what a true label has decided is not counted, nor are organs that the case delineates', () => {
  const predictions = three([1, 1, 2, 0], [3, 0, 0, 3])
  const labelled = measureDisagreement(predictions, [1, 2, 3], (voxel) => voxel === 0)
  expect(labelled).toMatchObject({ claimed: 3, disputed: 1 })
  // The liver is delineated here: where its model sees it, nobody claims anything.
  const delineated = measureDisagreement(predictions, [2, 3], nowhere)
  expect(delineated).toMatchObject({ claimed: 3, disputed: 1 })
  expect(delineated.organs.map(({ unionClass }) => unionClass)).toEqual([2, 3])
})
