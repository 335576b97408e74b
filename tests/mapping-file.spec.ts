// A mapping meets a dataset: names count before values, and whatever does not fit is said.
import { describe, expect, it } from 'vitest'
import { applyMappingFile, MappingFileSchema, type MappingFile } from '../contract/mapping-file.ts'

const file: MappingFile = MappingFileSchema.parse({
  format: 'organ-mosaic-mapping',
  version: 1,
  dataset: 'site-a',
  labels: [
    { key: '1', name: 'Liver', organs: ['liver'] },
    { key: '2', name: 'Nieren', organs: ['kidney_left', 'kidney_right'], split: true },
    { key: '3', name: 'label 3', organs: ['spleen'], notDrawn: true },
    { key: '9', name: 'Aorta', organs: ['aorta'] },
  ],
})

describe('applyMappingFile', () => {
  it('finds a label by its name wherever its value is, and by its value where it has no name', () => {
    const applied = applyMappingFile(file, [
      { key: '5', sourceName: 'liver' },
      { key: '2', sourceName: 'label 2' },
      { key: '3', sourceName: 'Milz' },
      { key: '9', sourceName: 'aorta' },
    ])
    expect(applied).toEqual({
      mapping: [
        { key: '5', organs: ['liver'] },
        { key: '2', organs: ['kidney_left', 'kidney_right'] },
        { key: '3', organs: ['spleen'] },
        { key: '9', organs: ['aorta'] },
      ],
      splits: ['2'],
      notDrawn: ['3'],
      words: [{ kind: 'applied', text: 'The mapping names 4 of the 4 labels of this dataset.' }],
    })
  })

  it('leaves a value alone that has another name here, and says what it does not name and what is not there', () => {
    const { mapping, words } = applyMappingFile(file, [
      { key: '1', sourceName: 'Larynx' },
      { key: '2', sourceName: 'nieren' },
      { key: '7', sourceName: 'label 7' },
    ])
    expect(mapping).toEqual([{ key: '2', organs: ['kidney_left', 'kidney_right'] }])
    expect(words.map(({ text }) => text)).toEqual([
      'The mapping names 1 of the 3 labels of this dataset.',
      'The value 1 is Liver in the mapping and Larynx here: left as it is.',
      'Not in the mapping, and left as they are: 7 (label 7).',
      'In the mapping, and not in this dataset: 3 (label 3), 9 (Aorta).',
    ])
  })

  it('knows masks by their names', () => {
    const masks = MappingFileSchema.parse({
      ...file,
      labels: [{ key: 'GTV 1', name: 'GTV 1', organs: ['lung_tumour'] }],
    })
    expect(applyMappingFile(masks, [{ key: 'gtv_1', sourceName: 'gtv_1' }]).mapping).toEqual([
      { key: 'gtv_1', organs: ['lung_tumour'] },
    ])
  })
})
