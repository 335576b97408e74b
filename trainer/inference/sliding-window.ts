// Whole volumes through a patch network: overlapping windows, weighted by a Gaussian so that centres count most.
// Knows a network only as a function from a patch to class probabilities.
import type { Shape } from '../../contract/geometry.ts'
import { planesOf } from '../imaging/planes.ts'

/** Class probabilities [V, C] of one window [image channels, V]. */
export type WindowPredictor = (window: Float32Array) => Float32Array

const SIGMA_SHARE = 1 / 8
/** Corners still count a little, so that every voxel has a weight. */
const SMALLEST_WEIGHT = 1e-3

/** First voxels of the windows along one axis; negative when the window is larger than the volume. */
export function windowStarts(size: number, window: number, overlap: number): number[] {
  if (size <= window) return [-Math.floor((window - size) / 2)]
  const count = Math.ceil((size - window) / Math.max(1, window * (1 - overlap))) + 1
  return Array.from({ length: count }, (_, i) => Math.round((i * (size - window)) / (count - 1)))
}

/** [V] weights of a window, 1 at the centre. */
export function gaussianWeights(window: Shape): Float32Array {
  const axes = window.map((size) =>
    Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - (size - 1) / 2) / (size * SIGMA_SHARE)) ** 2)),
  ) as [number[], number[], number[]]
  const weights = new Float32Array(window[0] * window[1] * window[2])
  let at = 0
  for (const wz of axes[0])
    for (const wy of axes[1]) for (const wx of axes[2]) weights[at++] = Math.max(wz * wy * wx, SMALLEST_WEIGHT)
  return weights
}

/**
 * @param image data [image channels, D, H, W], and for each channel what stands outside
 * @param overlap of neighbouring windows, 0 to 0.9
 * @returns probabilities [D, H, W, classes]
 */
export function predictVolume(
  image: { readonly data: Float32Array; readonly shape: Shape; readonly outside: readonly number[] },
  window: Shape,
  classes: number,
  overlap: number,
  predict: WindowPredictor,
): Float32Array {
  const { data, shape, outside } = image
  const weights = gaussianWeights(window)
  const voxels = shape[0] * shape[1] * shape[2]
  const sums = new Float32Array(voxels * classes)
  const total = new Float32Array(voxels)
  const planes = planesOf(data, outside.length)
  const starts = shape.map((size, axis) => windowStarts(size, window[axis]!, overlap)) as [number[], number[], number[]]
  for (const z of starts[0]) {
    for (const y of starts[1]) {
      for (const x of starts[2]) {
        const start: Shape = [z, y, x]
        const probabilities = predict(cutWindow(planes, shape, window, start, outside))
        addWindow(sums, total, shape, probabilities, weights, window, start, classes)
      }
    }
  }
  for (let v = 0, at = 0; v < voxels; v++) for (let c = 0; c < classes; c++, at++) sums[at]! /= total[v]!
  return sums
}

/** Calls back with the first voxel in the volume and in the window, and the length, of each row that both share. */
function forEachSharedRow(
  shape: Shape,
  window: Shape,
  start: Shape,
  row: (inVolume: number, inWindow: number, length: number) => void,
): void {
  const [x0, x1] = [Math.max(0, start[2]), Math.min(shape[2], start[2] + window[2])]
  for (let z = Math.max(0, start[0]); z < Math.min(shape[0], start[0] + window[0]); z++) {
    for (let y = Math.max(0, start[1]); y < Math.min(shape[1], start[1] + window[1]); y++) {
      const inVolume = (z * shape[1] + y) * shape[2] + x0
      const inWindow = ((z - start[0]) * window[1] + (y - start[1])) * window[2] + (x0 - start[2])
      row(inVolume, inWindow, x1 - x0)
    }
  }
}

function cutWindow(
  planes: readonly Float32Array[],
  shape: Shape,
  window: Shape,
  start: Shape,
  outside: readonly number[],
): Float32Array {
  const size = window[0] * window[1] * window[2]
  const cut = new Float32Array(planes.length * size)
  for (const [channel, plane] of planes.entries()) {
    cut.fill(outside[channel]!, channel * size, (channel + 1) * size)
    forEachSharedRow(shape, window, start, (inVolume, inWindow, length) => {
      cut.set(plane.subarray(inVolume, inVolume + length), channel * size + inWindow)
    })
  }
  return cut
}

function addWindow(
  sums: Float32Array,
  total: Float32Array,
  shape: Shape,
  probabilities: Float32Array,
  weights: Float32Array,
  window: Shape,
  start: Shape,
  classes: number,
): void {
  forEachSharedRow(shape, window, start, (inVolume, inWindow, length) => {
    for (let i = 0; i < length; i++) {
      const weight = weights[inWindow + i]!
      total[inVolume + i]! += weight
      const [to, from] = [(inVolume + i) * classes, (inWindow + i) * classes]
      for (let c = 0; c < classes; c++) sums[to + c]! += weight * probabilities[from + c]!
    }
  })
}
