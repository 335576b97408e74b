import { afterAll, describe, expect, it } from 'vitest'
import { tf } from '../tensor/tensorflow.ts'
import { leakedTensors } from '../tensor/test-tensors.ts'
import { averagedModel, createStageModels, disposeModels, startFrom } from './stage-model.ts'
import { tinyConfig, tinyPlan, tinyStudy } from './test-stage.ts'

const config = tinyConfig()
const pos = createStageModels(tinyStudy, 1, tinyPlan, config)
const fos = createStageModels(tinyStudy, 2, tinyPlan, config)
afterAll(() => disposeModels([...pos, ...fos]))

const values = (model: { parameters: (typeof pos)[0]['parameters'] }, name: string) => [
  ...model.parameters.get(name)!.dataSync(),
]
const body = [...pos[0]!.parameters.keys()].filter((name) => !name.startsWith('head.'))

describe('createStageModels', () => {
  it('makes one shared network of all classes, from the weights that the stages begin with', () => {
    const shared = createStageModels(tinyStudy, 0, tinyPlan, config)
    expect(shared.map(({ index, classes }) => [index, classes])).toEqual([[0, [0, 1, 2, 3, 4]]])
    for (const name of body) expect(values(shared[0]!, name)).toEqual(values(pos[0]!, name))
    disposeModels(shared)
  })

  it('gives POS models their own organs, FOS models all', () => {
    expect(pos.map(({ classes }) => classes)).toEqual([
      [0, 1, 2],
      [0, 3, 4],
    ])
    expect(pos.map(({ channelOf }) => channelOf)).toEqual([
      [0, 1, 2, 0, 0],
      [0, 0, 0, 1, 2],
    ])
    expect(fos.map(({ classes }) => classes)).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ])
    expect(pos.map(({ spec }) => spec.classes)).toEqual([3, 3])
  })

  it('starts all models of a stage from identical weights, heads excepted', () => {
    for (const name of body) expect(values(pos[1]!, name)).toEqual(values(pos[0]!, name))
    expect(values(pos[1]!, 'head.0.kernel')).not.toEqual(values(pos[0]!, 'head.0.kernel'))
  })

  it('draws other weights from another seed', () => {
    const other = createStageModels(tinyStudy, 1, tinyPlan, tinyConfig({ seed: 2 }))
    expect(values(other[0]!, 'encoder.0.0.kernel')).not.toEqual(values(pos[0]!, 'encoder.0.0.kernel'))
    disposeModels(other)
  })

  it('is disposed completely', async () => {
    expect(await leakedTensors(() => disposeModels(createStageModels(tinyStudy, 2, tinyPlan, config)))).toBe(0)
  })
})

describe('startFrom', () => {
  it('copies the body, and the head channels of the organs that the POS model knows', async () => {
    pos[1]!.parameters.get('head.0.bias')!.assign(pos[1]!.parameters.get('head.0.bias')!.add([10, 20, 30]))
    for (const name of body) pos[1]!.parameters.get(name)!.assign(pos[1]!.parameters.get(name)!.add(1))
    const before = values(fos[1]!, 'head.0.kernel')
    expect(await leakedTensors(() => startFrom(fos[1]!, pos[1]!))).toBe(0)
    for (const name of body) expect(values(fos[1]!, name)).toEqual(values(pos[1]!, name))
    // channels 0, 3 and 4 are the POS model's 0, 1 and 2
    expect(values(fos[1]!, 'head.0.bias')).toEqual([10, 0, 0, 20, 30])
    // the kernel is [1, 1, 1, 3 features, channels]
    const [after, source] = [values(fos[1]!, 'head.0.kernel'), values(pos[1]!, 'head.0.kernel')]
    for (let feature = 0; feature < 3; feature++) {
      const row = after.slice(feature * 5, feature * 5 + 5)
      const [background, jaw, larynx] = source.slice(feature * 3, feature * 3 + 3)
      expect(row).toEqual([background, before[feature * 5 + 1], before[feature * 5 + 2], jaw, larynx])
    }
  })

  it('gives a POS model the channels of its organs from the shared network', () => {
    const [shared] = createStageModels(tinyStudy, 0, tinyPlan, config)
    shared!.parameters.get('head.0.bias')!.assign(tf.tensor1d([1, 2, 3, 4, 5]))
    const [, second] = createStageModels(tinyStudy, 1, tinyPlan, config)
    startFrom(second!, shared!)
    expect(values(second!, 'head.0.bias')).toEqual([1, 4, 5])
    disposeModels([shared!, second!])
  })

  it('leaves the POS model and the other FOS model alone', () => {
    expect(values(fos[0]!, 'head.0.bias')).toEqual([0, 0, 0, 0, 0])
    pos[1]!.parameters.get('head.0.bias')!.assign(pos[1]!.parameters.get('head.0.bias')!.mul(0))
    expect(values(fos[1]!, 'head.0.bias')).toEqual([10, 0, 0, 20, 30])
  })
})

describe('averagedModel', () => {
  it('predicts with the average, brought up to date, and with the weights themselves where there is none', () => {
    const [model] = createStageModels(tinyStudy, 0, tinyPlan, tinyConfig({ optimiser: { averaging: 0.25 } }))
    const variable = model!.parameters.get('head.0.bias')!
    const biasOf = () => [...averagedModel(model!).parameters.get('head.0.bias')!.dataSync()]
    expect(averagedModel(model!).parameters).toBe(model!.parameters)
    model!.adam.updates = 1
    expect(biasOf()).toEqual([0, 0, 0, 0, 0])
    variable.assign(tf.tensor1d([8, 0, 0, 0, 0]))
    model!.adam.updates = 2
    // kept (1 / 2) ** 3, so 7 / 8 of the new ones
    expect(biasOf()).toEqual([7, 0, 0, 0, 0])
    expect(variable.dataSync()[0]).toBe(8)
    disposeModels([model!])
  })

  it('is the model itself without averaging', () => {
    const [model] = createStageModels(tinyStudy, 0, tinyPlan, tinyConfig({ optimiser: { averaging: 0 } }))
    model!.adam.updates = 5
    expect(model!.average).toBeNull()
    expect(averagedModel(model!).parameters).toBe(model!.parameters)
    disposeModels([model!])
  })
})
