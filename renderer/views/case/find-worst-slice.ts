// The slice in which a layer and the true labels differ most, over the organs that both speak about.
import type { Layer } from '../../../contract/api/volumes.ts'
import type { Plane } from '../../viewer/planes.ts'
import { shapeOf, type Volume } from '../../viewer/volume.ts'
import { differencesBySlice, worstSlice, type Compared } from '../../viewer/worst-slice.ts'

export interface ComparedLayer {
  readonly layer: Layer
  readonly volume: Volume
}

/** @returns the number of the slice; null when the two agree everywhere or share no organ */
export function findWorstSlice(truth: ComparedLayer, other: ComparedLayer, plane: Plane): number | null {
  const [a, b] = [numbered(truth, truth.layer), numbered(other, truth.layer)]
  if (!a || !b) return null
  const spoken = new Set(b.organOf)
  a.organOf.forEach((organ, value) => {
    if (!spoken.has(organ)) a.organOf[value] = 0
  })
  return worstSlice(differencesBySlice(a, b, shapeOf(truth.volume), plane))
}

/** A disagreement layer says itself where it is worst. */
export function findMostMarked({ volume }: ComparedLayer, plane: Plane): number | null {
  if (!volume.data) return null
  const organOf = new Int32Array(volume.header.range.max + 1).fill(1)
  organOf[0] = 0
  const nothing = { data: new Uint8Array(volume.data.length), organOf: new Int32Array(1) }
  return worstSlice(differencesBySlice({ data: volume.data, organOf }, nothing, shapeOf(volume), plane))
}

/** Values get the number of the true label that their organ belongs to, 0 for what the truth says nothing about. */
function numbered({ layer, volume }: ComparedLayer, truth: Layer): Compared | null {
  if (!volume.data) return null
  const organOf = new Int32Array(volume.header.range.max + 1)
  for (const { value, organs } of layer.segments) {
    const at = truth.segments.findIndex((label) => organs.some((organ) => label.organs.includes(organ)))
    if (value < organOf.length) organOf[value] = at + 1
  }
  return { data: volume.data, organOf }
}
