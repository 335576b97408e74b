// The pixels of one slice out of a volume. Axial slices lie there as they are; the others are gathered.
import type { Shape } from '../../contract/geometry.ts'
import type { Plane } from './planes.ts'
import type { StoredArray } from './volume.ts'

/** Neighbouring sagittal slices, voxel beside voxel: [depth, height, slices]. */
interface Slab {
  readonly first: number
  readonly slices: number
  readonly voxels: StoredArray
}

/**
 * Each voxel of a sagittal slice lies in another row of the volume, far from the last one: memory is slow there, and
 * gives what lies beside it at once. So its neighbours are taken along, for whoever scrolls on.
 */
const SLAB = 32
const slabs = new WeakMap<StoredArray, Slab>()

/** @param data [depth, height, width] @returns [rows, columns] of the screen; an axial slice shares the volume's memory */
export function cutSlice(data: StoredArray, shape: Shape, plane: Plane, slice: number): StoredArray {
  const [depth, height, width] = shape
  const area = height * width
  if (plane === 'axial') return data.subarray(slice * area, (slice + 1) * area)
  if (plane === 'sagittal') return cutSagittal(slabAround(data, shape, slice), shape, slice)
  const pixels = data.slice(0, depth * width)
  for (let row = 0; row < depth; row++) {
    const from = (depth - 1 - row) * area + slice * width
    pixels.set(data.subarray(from, from + width), row * width)
  }
  return pixels
}

function cutSagittal({ first, slices, voxels }: Slab, [depth, height]: Shape, slice: number): StoredArray {
  const pixels = voxels.slice(0, depth * height)
  for (let row = 0, to = 0; row < depth; row++) {
    let from = (depth - 1 - row) * height * slices + slice - first
    for (let column = 0; column < height; column++, from += slices) pixels[to++] = voxels[from]
  }
  return pixels
}

function slabAround(data: StoredArray, shape: Shape, slice: number): Slab {
  const known = slabs.get(data)
  if (known && slice >= known.first && slice < known.first + known.slices) return known
  const slab = gather(data, shape, slice - (slice % SLAB))
  slabs.set(data, slab)
  return slab
}

function gather(data: StoredArray, [depth, height, width]: Shape, first: number): Slab {
  const slices = Math.min(SLAB, width - first)
  const rows = depth * height
  const voxels = data.slice(0, rows * slices)
  for (let row = 0, to = 0; row < rows; row++) {
    const from = row * width + first
    for (let n = 0; n < slices; n++) voxels[to++] = data[from + n]
  }
  return { first, slices, voxels }
}
