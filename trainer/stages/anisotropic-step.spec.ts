// A real training step of the network that is planned for scans with slices of 5 mm and voxels of 0.7 mm.
import { expect, it } from 'vitest'
import { RunConfigSchema } from '../../contract/run-config.ts'
import { createRandom } from '../imaging/random.ts'
import { derivePlan } from '../imaging/planning/derive-plan.ts'
import { gridOf } from '../imaging/test-dataset.ts'
import { describeStudy } from '../labels/study.ts'
import { applyAdamW } from '../optimiser/adamw.ts'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { createObjective } from './create-objective.ts'
import { averagedModel, createStageModels, disposeModels } from './stage-model.ts'
import { tinyJob } from './test-stage.ts'

const geometry = gridOf([24, 90, 90], [5, 0.7, 0.7])
const job = {
  ...tinyJob,
  datasets: tinyJob.datasets.map((dataset) => ({
    ...dataset,
    cases: dataset.cases.map((entry) => ({ ...entry, geometry })),
  })),
}
const config = RunConfigSchema.parse({ plan: { maxPatchVoxels: 20_000 }, network: { baseChannels: 4 } })
const study = describeStudy(job)
const plan = derivePlan(job.datasets, config)

it('learns, in kernels that see slices one by one first', async () => {
  expect(plan.kernels!.map((kernel) => kernel.join('')).slice(0, 3)).toEqual(['133', '133', '333'])
  const random = createRandom(1, 'anisotropic')
  const [depth, height, width] = plan.patch
  const plane = height * width
  // cord is a bright column through all slices
  const codes = Int32Array.from({ length: depth * plane }, (_, v) => {
    const [y, x] = [Math.floor((v % plane) / width), v % width]
    return Math.hypot(y - height / 2, x - width / 2) < height / 5 ? 1 : 0
  })
  const image = Float32Array.from(codes, (code) => code * 2 - 1 + 0.3 * random.normal())
  const patch = { image, codes, sets: [[0, 3, 4], [1]], caseId: 'thick' }
  const train = () => {
    const models = createStageModels(study, 1, plan, config)
    const objective = createObjective(study, 1, plan.patch, config, models)
    const losses = Array.from({ length: 8 }, (_, step) => {
      const outcome = objective.learn(models[0]!, { patch, dataset: 0, own: true }, { step, steps: 8, balance: 0.5 })!
      applyAdamW(models[0]!.parameters, outcome.gradients, models[0]!.adam, 5e-3, config.optimiser)
      return outcome.values['loss.supervised']!
    })
    expect(averagedModel(models[0]!).parameters.get('encoder.0.0.kernel')!.shape).toEqual([1, 3, 3, 1, 4])
    expect(averagedModel(models[0]!).parameters.get('up.0.kernel')!.shape.slice(0, 3)).toEqual([1, 2, 2])
    disposeModels(models)
    return losses
  }
  let losses: number[] = []
  expect(await leakedTensors(async () => void (losses = train()))).toBe(0)
  expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!)
  expect(losses.every(Number.isFinite)).toBe(true)
  expect(tf.getBackend()).toBe('tensorflow')
})
