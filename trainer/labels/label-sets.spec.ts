import { describe, expect, it } from 'vitest'
import { labelClasses, mirrorClasses, narrowByPseudo, projectClasses, voxelClasses } from './label-sets.ts'

// classes: 1 brain (without brainstem), 2 brainstem, 3 kidney_left, 4 kidney_right
const union = {
  organs: ['brain', 'brainstem', 'kidney_left', 'kidney_right'],
  partOf: new Map([['brainstem', ['brain']]]),
}

describe('labelClasses', () => {
  it.each([
    [['brainstem'], [2]],
    [['brain'], [1, 2]], // the whole brain holds its stem
    [
      ['kidney_right', 'kidney_left'],
      [3, 4],
    ],
    [['spleen'], []], // not in the union
  ])('%j -> %j', (organs, classes) => {
    expect(labelClasses(union, organs)).toEqual(classes)
  })

  it('finds the parts of a whole that is itself outside the union', () => {
    expect(labelClasses({ organs: ['brainstem'], partOf: union.partOf }, ['brain'])).toEqual([1])
  })
})

describe('voxelClasses', () => {
  const [brain, stem, left, right, kidneys] = [[1, 2], [2], [3], [4], [3, 4]]
  it.each([
    { what: 'nothing delineated: anything', covering: [], others: [], classes: [0, 1, 2, 3, 4] },
    { what: 'background of a case with one organ', covering: [], others: [left], classes: [0, 1, 2, 4] },
    { what: 'background of a case with everything', covering: [], others: [brain, kidneys], classes: [0] },
    { what: 'an organ', covering: [left], others: [right], classes: [3] },
    { what: 'a merged label', covering: [kidneys], others: [], classes: [3, 4] },
    { what: 'a merged label beside one of its organs', covering: [kidneys], others: [left], classes: [4] },
    { what: 'merged label and organ masks overlap: the organ', covering: [kidneys, left], others: [], classes: [3] },
    { what: 'brain, stem not delineated', covering: [brain], others: [], classes: [1, 2] },
    { what: 'label map: brain where the stem has its own value', covering: [brain], others: [stem], classes: [1] },
    { what: 'label map: stem inside a brain with another value', covering: [stem], others: [brain], classes: [2] },
    {
      what: 'label map: a label around it does not speak against it, one inside it does',
      covering: [brain],
      others: [stem, [1, 2, 3]],
      classes: [1],
    },
    { what: 'masks: brain and stem cover the voxel', covering: [brain, stem], others: [], classes: [2] },
    { what: 'masks of organs that exclude each other', covering: [left, right], others: [brain], classes: [3, 4] },
    {
      what: 'the same label twice under two names: never an empty set',
      covering: [left],
      others: [left],
      classes: [3],
    },
  ])('$what', ({ covering, others, classes }) => {
    expect(voxelClasses(covering, others, 5)).toEqual(classes)
  })
})

describe('pseudo labels, projection, mirroring', () => {
  it.each([
    { allowed: [0, 2, 3], pseudo: null, classes: [0, 2, 3] },
    { allowed: [0, 2, 3], pseudo: [2], classes: [2] },
    { allowed: [0, 2, 3], pseudo: [0, 3], classes: [0, 3] },
    { allowed: [1], pseudo: [2], classes: [1] }, // the true label wins
    { allowed: [0], pseudo: [2], classes: [0] },
  ])('narrowed by a pseudo label: %j', ({ allowed, pseudo, classes }) => {
    expect(narrowByPseudo(allowed, pseudo)).toEqual(classes)
  })

  it('projects what a model does not know to its background', () => {
    // the model knows class 3 as its channel 1 and class 1 as its channel 2
    const channelOf = [0, 2, 0, 1, 0]
    expect(projectClasses([1], channelOf)).toEqual([2])
    expect(projectClasses([2, 4], channelOf)).toEqual([0])
    expect(projectClasses([0, 1, 3], channelOf)).toEqual([0, 1, 2])
    expect(projectClasses([3, 4], channelOf)).toEqual([0, 1])
  })

  it('mirrors classes and keeps them sorted', () => {
    const counterpart = [0, 1, 2, 4, 3]
    expect(mirrorClasses([0, 3], counterpart)).toEqual([0, 4])
    expect(mirrorClasses([3, 4], counterpart)).toEqual([3, 4])
    expect(mirrorClasses(mirrorClasses([2, 3], counterpart), counterpart)).toEqual([2, 3])
  })
})
