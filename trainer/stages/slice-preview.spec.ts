import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RunSliceSchema } from '../../contract/run-slice.ts'
import { cutSlice, mostLabelledSlice, writeSlice, type PreviewedCase } from './slice-preview.ts'

/** Two slices of 2 x 3; the second one has more labelled voxels. */
const previewed: PreviewedCase = {
  caseId: 'c',
  shape: [2, 2, 3],
  spacingMm: [5, 2, 1],
  image: Float32Array.from([9, 9, 9, 9, 9, 9, -1, 0, 1, -1, 0, 1]),
  labels: Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 2]),
  sets: [[0], [3], [1, 2]],
  predictions: [{ model: 0, classes: Int32Array.from([0, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 1]) }],
}
const bytes = (text: string): number[] => [...Buffer.from(text, 'base64')]

describe('a preview slice', () => {
  it('is the one with the most labelled voxels', () => {
    expect(mostLabelledSlice(previewed.labels, previewed.shape)).toBe(1)
    expect(mostLabelledSlice(new Uint8Array(12), previewed.shape)).toBe(0)
  })

  it('has grey values, single organs and predictions of that slice', () => {
    const slice = cutSlice(previewed, { stage: 1, step: 20, dataset: 'a' })
    expect(RunSliceSchema.parse(slice)).toEqual(slice)
    expect(slice).toMatchObject({ shape: [2, 3], spacingMm: [2, 1], caseId: 'c', step: 20 })
    expect(bytes(slice.image)).toEqual([0, 128, 255, 0, 128, 255])
    expect(bytes(slice.truth)).toEqual([0, 3, 0, 0, 3, 0])
    expect(slice.predictions.map(({ model, classes }) => [model, bytes(classes)])).toEqual([[1, [0, 3, 3, 0, 0, 1]]])
  })

  it('is written under its stage, step and dataset', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-slice-'))
    const slice = cutSlice(previewed, { stage: 2, step: 20, dataset: 'a' })
    await writeSlice(folder, 3, slice)
    expect(JSON.parse(readFileSync(join(folder, 'previews', 'stage2-000020-3.json'), 'utf8'))).toEqual(slice)
  })
})
