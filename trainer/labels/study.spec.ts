import { describe, expect, it } from 'vitest'
import type { Organ } from '../../contract/organ.ts'
import { codebookClasses, delineatedClasses, describeStudy, isDelineated, isDrawn, modelClassMap } from './study.ts'
import { label, organ, pair, studyCase, studyDataset } from './test-study.ts'

const job = (vocabulary: Organ[], datasets = [studyDataset('site', [], [])]) => ({
  organs: vocabulary.map(({ id }) => id),
  vocabulary,
  datasets,
})

describe('describeStudy', () => {
  // classes: 1 liver, 2 kidney_left, 3 kidney_right
  const organs = [organ('liver'), ...pair('kidney')]
  const merged = studyDataset('merged', [label('1', 'liver'), label('2', 'kidney_left', 'kidney_right')], [])
  const left = studyDataset('left', [label('7', 'kidney_left')], [])
  const study = describeStudy(job(organs, [merged, left]))

  it('counts classes and says what each dataset speaks about and what its model can tell', () => {
    expect(study.classCount).toBe(4)
    expect(study.ownClasses).toEqual([[1, 2, 3], [2]])
    // a model of merged kidneys cannot tell left from right
    expect(study.competentClasses).toEqual([[1], [2]])
  })

  it('counts a model that knows a whole without its parts as unable to tell what is left of it', () => {
    const nested = [organ('brain'), organ('stem', { partOf: ['brain'] })]
    const whole = studyDataset('whole', [label('1', 'brain')], [])
    const both = studyDataset('both', [label('1', 'brain'), label('2', 'stem')], [])
    const part = studyDataset('part', [label('1', 'stem')], [])
    // classes: 1 brain without stem, 2 stem
    expect(describeStudy(job(nested, [whole, both, part])).competentClasses).toEqual([[], [1, 2], [2]])
  })

  it('resolves parts of parts', () => {
    const nested = [organ('stem', { partOf: ['brain'] }), organ('brain', { partOf: ['head'] }), organ('head')]
    const sites = [studyDataset('site', [label('1', 'head')], [])]
    expect(describeStudy(job(nested, sites)).ownClasses).toEqual([[1, 2, 3]])
  })

  it('survives organs that claim to be part of each other', () => {
    const circle = [organ('a', { partOf: ['b'] }), organ('b', { partOf: ['a'] })]
    expect(describeStudy(job(circle)).union.partOf.get('a')).toEqual(['b', 'a'])
  })

  it('pairs organs that may overlap, whoever of the two says so', () => {
    const overlapping = [organ('heart', { mayOverlap: ['vein'] }), organ('vein'), organ('aorta')]
    expect(describeStudy(job(overlapping)).overlapping).toEqual([[], [2], [1], []])
  })
})

describe('mirroring is decided over the union', () => {
  const [parotidLeft, parotidRight] = pair('parotid') as [Organ, Organ]
  it.each([
    { what: 'pairs are exchanged', organs: [organ('larynx'), parotidLeft, parotidRight], counterpart: [0, 1, 3, 2] },
    {
      what: 'a lateral organ without its partner forbids it',
      organs: [organ('larynx'), parotidLeft],
      counterpart: null,
    },
    { what: 'lateral, with no known partner', organs: [organ('odd', { laterality: 'left' })], counterpart: null },
    { what: 'nothing lateral', organs: [organ('larynx'), organ('cord')], counterpart: [0, 1, 2] },
  ])('$what', ({ organs, counterpart }) => {
    expect(describeStudy(job(organs)).counterpart).toEqual(counterpart)
  })

  it('even when each dataset labels one side only', () => {
    const sites = [
      studyDataset('a', [label('1', 'parotid_left')], []),
      studyDataset('b', [label('1', 'parotid_right')], []),
    ]
    expect(describeStudy(job([parotidLeft, parotidRight], sites)).counterpart).toEqual([0, 2, 1])
  })
})

describe('availability is case x organ', () => {
  // classes: 1 brain, 2 brainstem, 3 heart, 4 vein (overlaps the heart)
  const organs = [
    organ('brain'),
    organ('brainstem', { partOf: ['brain'] }),
    organ('heart', { mayOverlap: ['vein'] }),
    organ('vein', { mayOverlap: ['heart'] }),
  ]
  const labels = [label('1', 'brain'), label('2', 'brainstem'), label('3', 'heart'), label('4', 'vein')]
  const full = studyCase('full', { brain: 'labelled', brainstem: 'cut', heart: 'absent', vein: 'labelled' })
  const brainOnly = studyCase('brain-only', { brain: 'labelled' })
  const heartOnly = studyCase('heart-only', { heart: 'labelled', vein: 'unlabelled' })
  const study = describeStudy(job(organs, [studyDataset('site', labels, [full, brainOnly, heartOnly])]))
  const codebook = [[], ['1'], ['2'], ['1', '2'], ['3'], ['3', '4']]

  it('knows what was delineated: absent and cut were, unlabelled and unmentioned were not', () => {
    expect(delineatedClasses(study, 0, full)).toEqual([1, 2, 3, 4])
    expect(delineatedClasses(study, 0, brainOnly)).toEqual([1, 2])
    expect(delineatedClasses(study, 0, heartOnly)).toEqual([3])
    expect(isDelineated(brainOnly, ['brain', 'brainstem'])).toBe(false)
  })

  it('fully delineated: every code is one class', () => {
    // brain value beside stem value (label map), stem inside brain (masks), heart and vein overlapping
    expect(codebookClasses(study, 0, full, codebook)).toEqual([[0], [1], [2], [2], [3], [3, 4]])
  })

  it('brain alone: it may be stem, and background may be heart or vein', () => {
    expect(codebookClasses(study, 0, brainOnly, [[], ['1']])).toEqual([
      [0, 3, 4],
      [1, 2],
    ])
  })

  it('an unlabelled organ that may share voxels is not ruled out by the label', () => {
    expect(codebookClasses(study, 0, heartOnly, [[], ['3']])).toEqual([
      [0, 1, 2, 4],
      [3, 4],
    ])
  })
})

describe('a case in which a merged label alone was drawn', () => {
  // classes: 1 kidney_left, 2 kidney_right
  const labels = [label('left', 'kidney_left'), label('both', 'kidney_left', 'kidney_right')]
  const states = { kidney_left: 'merged', kidney_right: 'merged' } as const
  const both = { ...studyCase('both', states), drawn: ['both'] }
  const study = describeStudy(job(pair('kidney'), [studyDataset('site', labels, [both])]))

  it('teaches that a voxel is one of its organs, never that it is not the one that others draw alone', () => {
    expect(isDrawn(both, labels[0]!)).toBe(false)
    expect(codebookClasses(study, 0, both, [[], ['both']])).toEqual([[0], [1, 2]])
    expect(delineatedClasses(study, 0, both)).toEqual([1, 2])
  })

  it('and where both were drawn, the voxels of the pair outside of the left one are the right one', () => {
    const all = { ...studyCase('all', { kidney_left: 'labelled', kidney_right: 'merged' }), drawn: ['left', 'both'] }
    expect(codebookClasses(study, 0, all, [[], ['both'], ['both', 'left']])).toEqual([[0], [2], [1]])
  })
})

it('modelClassMap sends unknown organs to background', () => {
  expect(modelClassMap(5, [2, 4])).toEqual([0, 0, 1, 0, 2])
})

it('training sees the label that keeps a voxel, and both where nobody said', () => {
  const labels = [label('liver', 'liver'), label('BODY', 'body')]
  const entry = studyCase('a', { liver: 'labelled', body: 'labelled' })
  const study = describeStudy({
    organs: ['liver', 'body'],
    vocabulary: [organ('liver'), organ('body')],
    datasets: [studyDataset('site', labels, [entry])],
  })
  const codebook = [[], ['BODY'], ['BODY', 'liver']]
  expect(codebookClasses(study, 0, entry, codebook)).toEqual([[0], [2], [1, 2]])
  const settled = { ...entry, overlaps: [{ keeps: 'liver', yields: 'BODY', voxels: 1 }] }
  expect(codebookClasses(study, 0, settled, codebook)).toEqual([[0], [2], [1]])
})
