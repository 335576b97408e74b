import { afterAll, expect, it } from 'vitest'
import { createStageModels, disposeModels } from '../stages/stage-model.ts'
import { tinyConfig, tinyPlan, tinyStudy } from '../stages/test-stage.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { predictCase } from './predict-case.ts'
import { fuseTasks } from './predict-tasks.ts'

const models = createStageModels(tinyStudy, 0, tinyPlan, tinyConfig({ shared: { head: 'dynamic' } }))
afterAll(() => disposeModels(models))

it('fuses the odds of each task against its own background, averaged where several tasks know the organ', () => {
  // Task 0 tells organs 1 and 2, task 1 organ 2 alone; organ 3 is labelled by task 1 inside a merged label.
  const tasks = [
    { classes: [0, 1, 2], competent: [1, 2] },
    { classes: [0, 2, 3], competent: [2] },
  ]
  const answers = Float32Array.from([0.2, 0.4, 0.4, 0.1, 0.8, 0.1])
  const [background, first, second, third] = fuseTasks(answers, tasks, 4)
  // Odds: organ 1 0.4 / 0.2 = 2; organ 2 the geometric mean of 2 and 8 = 4.
  expect(first! / background!).toBeCloseTo(2, 4)
  expect(second! / background!).toBeCloseTo(4, 4)
  expect(third).toBe(0)
  expect(background! + first! + second!).toBeCloseTo(1, 5)
})

it('gives the classes of the union for a whole case, and leaks nothing', async () => {
  const image = { image: Float32Array.from({ length: 8 * 10 * 8 }, (_, v) => Math.sin(v)), shape: [8, 10, 8] as const }
  let probabilities = new Float32Array(0)
  const leaked = await leakedTensors(() => {
    probabilities = predictCase(models[0]!, { ...image, shape: [8, 10, 8] }, tinyPlan, 0.5) as typeof probabilities
  })
  expect(leaked).toBe(0)
  expect(probabilities).toHaveLength(8 * 10 * 8 * 5)
  for (let v = 0; v < 640; v += 64) {
    const sum = probabilities.slice(5 * v, 5 * v + 5).reduce((total, p) => total + p, 0)
    expect(sum).toBeCloseTo(1, 4)
  }
})
