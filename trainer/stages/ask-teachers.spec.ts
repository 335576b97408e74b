import { afterAll, describe, expect, it } from 'vitest'
import { forward } from '../network/unet.ts'
import { tf, type Tensor5D } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { createSharedObjective } from './shared-objective.ts'
import { createStageModels, disposeModels } from './stage-model.ts'
import { askTeachers } from './ask-teachers.ts'
import { patchWith, TINY_PATCH, tinyConfig, tinyPlan, tinyStudy } from './test-stage.ts'

const config = tinyConfig({ shared: { distillation: { enabled: true } } })
const models = createStageModels(tinyStudy, 1, tinyPlan, config)
const [student] = createStageModels(tinyStudy, 0, tinyPlan, config)
afterAll(() => disposeModels([...models, student!]))
const teachers = { models, temperatures: [1, 2] }
// Site a labels classes 1 and 2; model 1 knows 3 and 4, which are open there. Code 2 is outside the scan.
const patch = patchWith([[[1], 200]], [0, 3, 4])
patch.codes.fill(2, 400)
const ask = () => askTeachers(teachers, tinyStudy, patch, TINY_PATCH)

describe('askTeachers', () => {
  it('asks those who know an organ that the case leaves open, about the open voxels', () => {
    const { lessons, agreedBackground } = ask()!
    expect(lessons.map(({ classes }) => classes)).toEqual([[3, 4]])
    const [{ organRegion }] = lessons as [(typeof lessons)[0]]
    patch.codes.forEach((code, v) => {
      // Labelled and outside the scan: nothing. Open: the teacher's organ or the agreed background.
      expect(organRegion[v]! + agreedBackground[v]!).toBe(code === 0 ? 1 : 0)
    })
    expect(organRegion.includes(1) && agreedBackground.includes(1)).toBe(true)
  })

  it('takes the calibrated probabilities: of anything else, and of each organ', () => {
    const { probabilities, features } = ask()!.lessons[0]!
    const x = tf.tensor(patch.image, [1, ...TINY_PATCH, 1]) as Tensor5D
    const output = forward(models[1]!.spec, models[1]!.parameters, x)
    const expected = tf.softmax(output.logits[0]!.div(2)).dataSync()
    for (let i = 0; i < 30; i++) expect(probabilities[i]).toBeCloseTo(expected[i]!, 5)
    expect([...features]).toEqual([...output.features.dataSync()])
  })

  it('has nothing to ask about a completely labelled case, and leaks nothing', async () => {
    expect(askTeachers(teachers, tinyStudy, patchWith([[[1], 200]], [0]), TINY_PATCH)).toBeNull()
    expect(await leakedTensors(ask)).toBe(0)
  })
})

it('the student is taught beside the true labels, and the teachers get no gradient', async () => {
  const objective = createSharedObjective(tinyStudy, TINY_PATCH, config.shared, teachers)
  const learn = () => objective.learn(student!, { patch, dataset: 0, own: true }, { step: 0, steps: 10, balance: 0.5 })!
  const { values, gradients } = learn()
  expect(values['loss']).toBeCloseTo(
    values['loss.supervised']! + values['loss.distillation']! + 0.1 * values['loss.distilledFeatures']!,
    4,
  )
  expect(values['loss.distillation']).toBeGreaterThan(0)
  expect([...gradients.keys()]).toEqual([...student!.parameters.keys()])
  expect(await leakedTensors(learn)).toBe(gradients.size)
})
