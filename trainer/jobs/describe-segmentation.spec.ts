import { expect, it } from 'vitest'
import { describeSegments } from './describe-segmentation.ts'

it('says of an organ what the provenance says of its voxels', () => {
  const geometry = { shape: [1, 1, 6], spacingMm: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const // prettier-ignore
  const volume = (...values: number[]) => ({
    data: Uint8Array.from(values),
    geometry: structuredClone(geometry) as never,
  })
  const segments = describeSegments(['liver', 'left', 'spleen', 'tumour', 'gone'], [], {
    labelMap: volume(1, 1, 2, 2, 3, 0),
    provenance: volume(255, 255, 254, 255, 1, 0),
    drawnOrgans: new Set(['liver', 'gone']),
  })
  expect(segments.map(({ organ, source, voxels, truthVoxels }) => [organ, source, voxels, truthVoxels])).toEqual([
    ['liver', 'truth', 2, 2],
    ['left', 'mixed', 2, 1],
    ['spleen', 'model', 1, 0],
    // nobody looked for it, and somebody looked and found nothing
    ['tumour', 'model', 0, 0],
    ['gone', 'truth', 0, 0],
  ])
})
