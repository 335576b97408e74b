import { beforeEach, describe, expect, test } from 'vitest'
import { exampleDataset, exampleVocabulary, saveDatasets, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { commonStages } from './common-stages.ts'
import { planRun, type RunRequest } from './plan-run.ts'

let workspace: Workspace
const plan = (name: string, request: Partial<RunRequest>) =>
  planRun(workspace, exampleVocabulary, { name, datasets: ['a', 'b'], preset: 'quick', method: 'mutual+', ...request })
const common = (a: Partial<RunRequest>, b: Partial<RunRequest>) => commonStages(plan('one', a), plan('other', b))
const nothing = { stages: [], pseudoLabels: false }

beforeEach(() => {
  workspace = temporaryWorkspace()
  saveDatasets(workspace, exampleDataset('a', ['spleen']), exampleDataset('b', ['liver']))
})

describe('stages that come out the same', () => {
  test('a term of stage 2 leaves all before it, the pseudo labels with it', () => {
    const set = ['stage2.predictionSimilarity.enabled=off']
    expect(common({ set }, {})).toEqual({ stages: [0, 1], pseudoLabels: true })
  })

  test('a term of stage 1 leaves the shared network', () => {
    expect(common({ set: ['stage1.featureDifference.enabled=off'] }, {})).toEqual({ stages: [0], pseudoLabels: false })
  })

  test('other pseudo labels, or a review of them, are made by the same models', () => {
    for (const setting of ['pseudoLabels.organThreshold=0.9', 'pseudoLabels.review=on']) {
      expect(common({ set: [setting] }, {})).toEqual({ stages: [0, 1], pseudoLabels: false })
    }
    const reviewed = { set: ['pseudoLabels.review=on'] }
    expect(common(reviewed, reviewed)).toEqual({ stages: [0, 1], pseudoLabels: false })
  })

  test('pseudo labels that are not on disk are none to share', () => {
    const set = ['pseudoLabels.source=online']
    expect(common({ set }, { set: [...set, 'stage2.steps=7'] })).toEqual({ stages: [0, 1], pseudoLabels: false })
  })

  test('the teachers of distillation are those of self-training', () => {
    expect(common({ method: 'ms-kd' }, { method: 'self-training' })).toEqual({ stages: [1], pseudoLabels: false })
  })

  test('another order, seed, network, dataset or labelling has nothing in common', () => {
    expect(common({ method: 'marginal' }, { method: 'mutual' })).toEqual(nothing)
    for (const setting of ['seed=2', 'network.baseChannels=6', 'sampling.foreground=0.5', 'shared.steps=9']) {
      expect(common({ set: [setting] }, {}), setting).toEqual(nothing)
    }
    expect(common({ datasets: ['b', 'a'] }, {})).toEqual(nothing)
    const before = plan('other', {})
    saveDatasets(workspace, { ...exampleDataset('a', ['spleen']), fingerprint: 'another' })
    expect(commonStages(plan('one', {}), before)).toEqual(nothing)
  })

  test('the whole of a run is never taken over', () => {
    expect(common({ method: 'marginal' }, { method: 'marginal' })).toEqual(nothing)
    expect(common({}, {})).toEqual({ stages: [0, 1], pseudoLabels: true })
  })
})
