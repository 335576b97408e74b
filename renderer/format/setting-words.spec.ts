import { expect, test } from 'vitest'
import { settingGroupName, settingName } from './setting-words.ts'

test.each([
  ['maxPatchVoxels', 'Max patch voxels'],
  ['seed', 'Seed'],
  ['stage1', 'Stage 1'],
])('%s is called %s', (key, name) => expect(settingName(key)).toBe(name))

test('a group goes by the whole way to it', () => {
  expect(settingGroupName('stage1.featureDifference')).toBe('Stage 1: feature difference')
  expect(settingGroupName('pseudoLabels')).toBe('Pseudo labels')
})
