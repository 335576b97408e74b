// Where the body is in an image, to leave the air around it out of memory and training.
import type { Geometry, Shape } from '../../contract/geometry.ts'
import { boxBetween, growBox, nonZeroBox, wholeBox, type Box } from '../imaging/crop.ts'
import { voxelCount, type Volume } from '../imaging/volume.ts'

const AIR_HU = -500
const MARGIN_MM = 10
/** The body is found on a grid of about this spacing: its outline needs no more. */
const SEARCH_MM = 4

/**
 * CT: the largest connected region above -500 HU with a 10 mm margin. Others: all non-zero voxels.
 * The whole grid where nothing is found.
 */
export function bodyBox(volume: Volume, isCt: boolean): Box {
  const { shape } = volume.geometry
  return (isCt ? largestRegionBox(volume) : nonZeroBox(volume.data, shape)) ?? wholeBox(shape)
}

function largestRegionBox(volume: Volume): Box | null {
  const { shape, spacingMm } = volume.geometry
  const step = spacingMm.map((mm) => Math.max(1, Math.round(SEARCH_MM / mm)))
  const coarse: Shape = [Math.ceil(shape[0] / step[0]), Math.ceil(shape[1] / step[1]), Math.ceil(shape[2] / step[2])]
  const region = largestRegion(thresholded(volume, coarse, step), coarse)
  if (!region) return null
  const start = region.start.map((first, axis) => first * step[axis])
  const last = region.start.map((first, axis) =>
    Math.min(shape[axis] - 1, (first + region.shape[axis]) * step[axis] - 1),
  )
  return growBox(boxBetween(start, last), marginVoxels(volume.geometry), shape)
}

const marginVoxels = (geometry: Geometry) => geometry.spacingMm.map((mm) => Math.ceil(MARGIN_MM / mm))

function thresholded(volume: Volume, coarse: Shape, step: readonly number[]): Uint8Array {
  const [, height, width] = volume.geometry.shape
  const mask = new Uint8Array(voxelCount(coarse))
  for (let k = 0, at = 0; k < coarse[0]; k++) {
    for (let j = 0; j < coarse[1]; j++) {
      const from = (k * step[0] * height + j * step[1]) * width
      for (let i = 0; i < coarse[2]; i++, at++) mask[at] = volume.data[from + i * step[2]] > AIR_HU ? 1 : 0
    }
  }
  return mask
}

/** Box of the largest 6-connected region; visited voxels of the mask are cleared. */
function largestRegion(mask: Uint8Array, shape: Shape): Box | null {
  const stack = new Int32Array(mask.length)
  let largest: { voxels: number; box: Box } | null = null
  for (let seed = 0; seed < mask.length; seed++) {
    if (!mask[seed]) continue
    const region = flood(mask, shape, seed, stack)
    if (!largest || region.voxels > largest.voxels) largest = region
  }
  return largest?.box ?? null
}

function flood(mask: Uint8Array, shape: Shape, seed: number, stack: Int32Array): { voxels: number; box: Box } {
  const [depth, height, width] = shape
  const low = [depth, height, width]
  const high = [0, 0, 0]
  let voxels = 0
  let top = 0
  const push = (at: number) => {
    if (!mask[at]) return
    mask[at] = 0
    stack[top++] = at
  }
  push(seed)
  while (top > 0) {
    const at = stack[--top]
    const i = at % width
    const j = Math.floor(at / width) % height
    const k = Math.floor(at / (width * height))
    voxels++
    ;[k, j, i].forEach((position, axis) => {
      low[axis] = Math.min(low[axis], position)
      high[axis] = Math.max(high[axis], position)
    })
    if (i > 0) push(at - 1)
    if (i < width - 1) push(at + 1)
    if (j > 0) push(at - width)
    if (j < height - 1) push(at + width)
    if (k > 0) push(at - width * height)
    if (k < depth - 1) push(at + width * height)
  }
  return { voxels, box: boxBetween(low, high) }
}
