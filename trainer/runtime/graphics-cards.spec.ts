import { describe, expect, it } from 'vitest'
import { parseCards, visibleCards } from './graphics-cards.ts'

const text = `0, GPU-aa11, NVIDIA H100 80GB HBM3, 81559, 3
1, GPU-bb22, NVIDIA L4, 23034, 512
2, GPU-cc33, NVIDIA GB10, [N/A], [N/A]
`

describe('parseCards', () => {
  it('reads what nvidia-smi prints, and leaves out cards without a memory of their own', () => {
    expect(parseCards(text)).toEqual([
      { index: 0, uuid: 'GPU-aa11', name: 'NVIDIA H100 80GB HBM3', memoryMb: 81559, usedMb: 3 },
      { index: 1, uuid: 'GPU-bb22', name: 'NVIDIA L4', memoryMb: 23034, usedMb: 512 },
    ])
    expect(parseCards('No devices were found\n')).toEqual([])
  })
})

describe('visibleCards', () => {
  it.each([
    { visible: undefined, indices: [0, 1] },
    { visible: '-1', indices: [] },
    { visible: '', indices: [] },
    { visible: '1', indices: [1] },
    { visible: '1, 0', indices: [1, 0] },
    { visible: 'GPU-bb', indices: [1] },
    { visible: '0,7,1', indices: [0] },
  ])('CUDA_VISIBLE_DEVICES=$visible: $indices', ({ visible, indices }) => {
    expect(visibleCards(parseCards(text), visible).map(({ index }) => index)).toEqual(indices)
  })
})
