// What slices make of themselves: one volume, several, or a named reason why not.
import { describe, expect, it } from 'vitest'
import type { Point } from '../../../contract/geometry.ts'
import { assembleStack, pickStackVolume } from './assemble-stack.ts'
import type { SliceFrame } from './frames.ts'

const X: Point = [1, 0, 0]
const Y: Point = [0, 1, 0]
const Z: Point = [0, 0, 1]

const slice = (z: number, changes: Partial<SliceFrame> = {}): SliceFrame => ({
  path: `slice-${z}`,
  frame: 0,
  rows: 4,
  columns: 6,
  position: [10, 20, z],
  orientation: [X, Y],
  pixelSpacing: [0.8, 0.5],
  sliceThickness: 3,
  spacingBetweenSlices: null,
  slope: 1,
  intercept: 0,
  order: [0, 1, z],
  ...changes,
})
const at = (...places: number[]): SliceFrame[] => places.map((z) => slice(z))

describe('a regular stack', () => {
  it('is sorted by place, whatever the numbers say', () => {
    const { geometry, volumes, oddities } = assembleStack(at(9, 0, 6, 3), 'CT')
    expect(geometry).toEqual({
      shape: [4, 4, 6],
      spacingMm: [3, 0.8, 0.5],
      origin: [10, 20, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    })
    expect(volumes.map((volume) => volume.map(({ position }) => position[2]))).toEqual([[0, 3, 6, 9]])
    expect(oddities).toEqual([])
  })

  it('in sagittal order keeps its axes', () => {
    const frames = [0, 2, 4].map((x) => slice(0, { position: [x, 0, 0], orientation: [Y, Z], sliceThickness: 2 }))
    expect(assembleStack(frames, 'MR').geometry).toMatchObject({
      spacingMm: [2, 0.8, 0.5],
      direction: [0, 0, 1, 1, 0, 0, 0, 1, 0],
    })
  })

  it.each<[string, SliceFrame[], RegExp]>([
    ['wrong slice thickness', at(0, 2, 4), /a slice thickness of 3 mm, and slices lie 2 mm apart/],
    [
      'wrong distance',
      [0, 3, 6].map((z) => slice(z, { spacingBetweenSlices: 5 })),
      /says 5 mm between slices, and they lie 3 mm/,
    ],
    ['rounded places', at(0, 3, 6.05, 9), /up to 0\.05 mm beside an even distance of 3 mm/],
    [
      'a copy',
      [...at(0, 3, 6), slice(3)],
      /1 of 3 places have more than one slice, with the same number; one of each is used/,
    ],
    [
      'a scout',
      [...at(0, 3, 6, 9), slice(0, { orientation: [Y, Z] })],
      /1 of 5 slices has another orientation or size/,
    ],
    ['one slice', at(0), /holds one slice; its depth is that of the header \(slice thickness\)/],
  ])('%s is said', (_, frames, oddity) => {
    expect(assembleStack(frames, 'CT').oddities).toEqual([expect.stringMatching(oddity)])
  })
})

describe('what makes no stack', () => {
  const tilted = [0, 1, 2, 3].map((n) => slice(3 * n, { position: [10, 20 + n, 3 * n] }))
  it.each<[string, SliceFrame[], RegExp]>([
    ['missing slices', at(0, 3, 6, 15, 18), /2 slices are missing \(5 there, 3 mm apart, with gaps of up to 9 mm\)/],
    ['uneven slices', at(0, 3, 6, 10, 13), /unevenly spaced \(from 3 mm to 4 mm apart\)/],
    ['gantry tilt', tilted, /tilted by 18\.4 degrees .* \(gantry tilt, 3 mm in all\)/],
    [
      'two orientations',
      [...at(0, 3, 6), ...[0, 3, 6].map((x) => slice(x, { orientation: [Y, Z] }))],
      /2 orientations or sizes \(3, 3 slices each\)/,
    ],
    ['two sizes', [...at(0, 3), slice(6, { rows: 5 }), slice(9, { rows: 5 })], /2 orientations or sizes/],
    [
      'another slice at one place',
      [...at(0, 3, 6), slice(3, { order: [0, 1, 99] })],
      /1 of 3 places have more than one slice \(the first at 10\.0, 20\.0, 3\.0\)/,
    ],
    ['nothing', [], /holds no slice/],
  ])('%s', (_, frames, message) => {
    expect(() => assembleStack(frames, 'CT')).toThrow(message)
  })
})

describe('several volumes at one place', () => {
  const phases = [1, 2].flatMap((phase) =>
    [0, 3, 6].map((z) => slice(z, { path: `${phase} ${z}`, order: [phase, 1, z] })),
  )

  it('are told apart by time, then acquisition, then number', () => {
    const stack = assembleStack(phases.toReversed(), 'MR')
    expect(pickStackVolume(stack, 2, 'MR').map(({ path }) => path)).toEqual(['2 0', '2 3', '2 6'])
  })

  it('ask for a choice', () => {
    const stack = assembleStack(phases, 'MR')
    expect(() => pickStackVolume(stack, null, 'MR')).toThrow('2 volumes at the same place')
    expect(() => pickStackVolume(stack, 3, 'MR')).toThrow('choose one from 1 to 2')
  })
})
