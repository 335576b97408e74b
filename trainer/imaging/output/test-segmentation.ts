// Segmentations for tests: on the oblique DICOM series of tests/fixtures/dicom, with everything that contours get wrong.
import { join } from 'node:path'
import { createRandom } from '../random.ts'
import { readImage } from '../read-image.ts'
import { voxelCount } from '../volume.ts'
import type { OutputSegment, SegmentationToWrite } from './output-writer.ts'

export const FIXTURES = join(import.meta.dirname, '../../../tests/fixtures/dicom')
export const SERIES = `${FIXTURES}/mixed#series=1.2.826.0.1.3680043.10.99999.2`

const ORGANS = [
  { organ: 'liver', name: 'Liver', color: '#cc3311', snomedCode: '10200004', laterality: null },
  { organ: 'kidney_left', name: 'Left kidney', color: '#0072b2', snomedCode: '64033007', laterality: 'left' },
  { organ: 'my own organ, long name', name: 'Größe', color: '#22aa77', snomedCode: null, laterality: null },
  { organ: 'spleen', name: 'Spleen', color: '#e8a0cc', snomedCode: '78961009', laterality: null },
] as const

/** Values 1 to 3; organ 4 is never found. */
export async function testSegmentation(
  paint: (data: Uint8Array, at: (k: number, j: number, i: number) => number) => void,
  image = SERIES,
): Promise<SegmentationToWrite> {
  const { geometry } = (await readImage(image)).volume
  const data = new Uint8Array(voxelCount(geometry.shape))
  paint(data, (k, j, i) => (k * geometry.shape[1] + j) * geometry.shape[2] + i)
  const segments = ORGANS.map((organ, n): OutputSegment => {
    const voxels = data.reduce((sum, value) => sum + (value === n + 1 ? 1 : 0), 0)
    return { ...organ, value: n + 1, source: organ.organ === 'kidney_left' ? 'truth' : 'model', voxels }
  })
  return {
    id: 'case',
    images: [image],
    channels: [{ name: 'CT', modality: 'CT' }],
    labelMap: { data, geometry },
    segments,
    probabilityOf: (value) => ({ data: Float32Array.from(data, (each) => (each === value ? 0.75 : 0.1)), geometry }),
    about: { version: '1.2.3', run: 'first', stage: 2, model: 'ensemble', createdAt: new Date('2026-11-26T04:00:00Z') },
  }
}

/** A ring with an island in its hole that has a hole itself, two holes beside, corners that touch, the image's border. */
export function paintHardShapes(data: Uint8Array, at: (k: number, j: number, i: number) => number): void {
  const fill = (value: number, k: number, [top, bottom]: number[], [left, right]: number[]): void => {
    for (let j = top; j <= bottom; j++) for (let i = left; i <= right; i++) data[at(k, j, i)] = value
  }
  for (let k = 0; k < 4; k++) {
    fill(1, k, [2, 20], [2, 24])
    fill(0, k, [4, 18], [4, 14])
    fill(1, k, [6, 16], [6, 12])
    fill(0, k, [8, 14], [8, 10])
    fill(0, k, [4, 6], [17, 18])
    fill(0, k, [5, 9], [20, 22])
    fill(2, k, [22, 31], [0, 5])
    fill(2, k, [24, 26], [10, 39])
  }
  for (let n = 0; n < 6; n++) data[at(2, 24 + n, 30 + n)] = 3
  data[at(4, 16, 20)] = 3
  data[at(4, 0, 39)] = 3
}

/** Voxels at random, most of them beside each other. */
export const paintNoise =
  (seed: number) =>
  (data: Uint8Array): void => {
    const random = createRandom(seed)
    for (let v = 0; v < data.length; v++) data[v] = random.next() < 0.5 ? random.integer(4) : (data[v - 1] ?? 0)
  }
