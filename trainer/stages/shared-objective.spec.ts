import { afterAll, describe, expect, it } from 'vitest'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import type { StepPatch } from './objective.ts'
import { createSharedObjective } from './shared-objective.ts'
import { createStageModels, disposeModels, forTask, type StageModel } from './stage-model.ts'
import { patchWith, TINY_PATCH, tinyConfig, tinyPlan, tinyStudy } from './test-stage.ts'

const made: StageModel[] = []
afterAll(() => disposeModels(made))

/** A shared network and what it learns from a patch. */
function shared(config: RunConfigInput['shared'] = {}) {
  const settings = tinyConfig({ shared: config })
  const [model] = createStageModels(tinyStudy, 0, tinyPlan, settings)
  made.push(model!)
  const objective = createSharedObjective(tinyStudy, TINY_PATCH, settings.shared)
  return {
    model: model!,
    learn: (step: StepPatch) => objective.learn(model!, step, { step: 0, steps: 10, balance: 0.5 })!,
  }
}
// Site a labels classes 1 and 2, and leaves 3 and 4 open; site b the other way round.
const ofA: StepPatch = { patch: patchWith([[[1], 60], [[2], 40]], [0, 3, 4]), dataset: 0, own: true } // prettier-ignore
const ofB: StepPatch = { patch: patchWith([[[3], 60]], [0, 1, 2]), dataset: 1, own: true }

describe('the loss of the shared network', () => {
  it('is the marginal or the label-set loss', () => {
    const [marginal, leaf] = [shared().learn(ofA), shared({ dice: 'leaf' }).learn(ofA)]
    expect(Object.keys(marginal.values)).toEqual(['loss', 'loss.supervised'])
    expect(leaf.values['loss']).not.toBeCloseTo(marginal.values['loss']!, 3)
    expect(marginal.dice.map(({ unionClass }) => unionClass)).toEqual([1, 2])
  })

  it('leaves only the gradients', async () => {
    const { learn } = shared({ dice: 'leaf', exclusion: { enabled: true } })
    let count = 0
    expect(await leakedTensors(() => (count = learn(ofA).gradients.size))).toBe(count)
  })
})

describe('a shared network with a dynamic head', () => {
  const { model, learn } = shared({ head: 'dynamic' })

  it('is asked for the organs of the dataset that the patch comes from', () => {
    expect(forTask(model, 1)).toMatchObject({ classes: [0, 3, 4], channelOf: [0, 0, 0, 1, 2] })
    expect(forTask(model, 1).parameters).toBe(model.parameters)
    expect(learn(ofA).dice.map(({ unionClass }) => unionClass)).toEqual([1, 2])
    expect(learn(ofB).dice.map(({ unionClass }) => unionClass)).toEqual([3])
  })

  it('learns the code of that dataset alone', () => {
    const kernel = (step: StepPatch) => learn(step).gradients.get('head.controller.kernel')!
    // The last two inputs of the controller are the one-hot code.
    const codes = (step: StepPatch) => {
      const [inputs] = kernel(step).shape.slice(3) as [number]
      return kernel(step)
        .slice([0, 0, 0, inputs - 2, 0], [1, 1, 1, 2, -1])
        .abs()
        .sum([0, 1, 2, 4])
        .dataSync()
    }
    const [a, b] = [codes(ofA), codes(ofB)]
    expect([a[0]! > 0, a[1], b[0], b[1]! > 0]).toEqual([true, 0, 0, true])
  })

  it('leaves any other model as it is', () => {
    expect(forTask(shared().model, 1)).toBe(made.at(-1))
  })
})

it('a dynamic head changes nothing but the head', () => {
  const [fixed, dynamic] = [shared().model, shared({ head: 'dynamic' }).model]
  for (const [name, variable] of fixed.parameters) {
    if (name.startsWith('head.')) continue
    expect([...tf.sub(variable, dynamic.parameters.get(name)!).dataSync()].every((value) => value === 0)).toBe(true)
  }
})
