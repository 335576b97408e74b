// Label files of a case as one label map in canonical axis order. Where files overlap, the one is
// shown that keeps the voxels by the rule of the dataset, else the later one.
import type { Geometry } from '../../../contract/geometry.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { canonicalTransform, reorientGeometry, toCanonical } from '../../../trainer/imaging/canonical.ts'
import { compareGeometry } from '../../../trainer/imaging/geometry.ts'
import { readLabel } from '../../../trainer/imaging/read-label.ts'
import { readLabelSource } from '../../../trainer/imaging/treated/read-label-source.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import type { LabelFile, TreatedLabelFile } from './recipe.ts'
import { toLabels } from './to-stored.ts'

export type LabelVolume = Volume<Uint8Array | Uint16Array>

/**
 * @param grid of the image file; null accepts any
 * @param hidden whether a value gives way to one that lies there already
 * @throws OrganMosaicError as readLabel; `invalid-data` for another grid or values that are no labels
 */
export async function mergeLabels(
  sources: readonly LabelFile[],
  grid: Geometry | null,
  hidden?: (value: number, present: number) => boolean,
): Promise<{ volume: LabelVolume; notes: string[] }> {
  let merged: LabelVolume | null = null
  let shared = 0
  for (const source of sources) {
    const next = await readLabelFile(source, grid)
    if (merged === null) merged = next
    else {
      const path = 'path' in source ? source.path : source.source.path
      // An overlay may need larger values than what it is put on.
      if (next.data.BYTES_PER_ELEMENT > merged.data.BYTES_PER_ELEMENT) {
        merged = { data: Uint16Array.from(merged.data), geometry: merged.geometry }
      }
      shared += putOver(merged.data, next.data, path, hidden)
    }
  }
  if (merged === null) throw new OrganMosaicError('not-found', 'This case has no label file.')
  const overlap = `${shared} voxels lie in more than one mask file; ${hidden ? 'the rule of the dataset says which' : 'the later file'} is shown there.`
  return { volume: merged, notes: shared > 0 ? [overlap] : [] }
}

async function readLabelFile(file: LabelFile, grid: Geometry | null): Promise<LabelVolume> {
  if ('source' in file) return readTreated(file, grid)
  const { path, value } = file
  const { volume } = await readLabel(path, grid)
  if (grid) requireSameGrid(volume.geometry, grid, path)
  const labels: LabelVolume = { data: toLabels(volume.data, path), geometry: volume.geometry }
  const canonical = toCanonical(labels).volume
  return value === null ? canonical : { data: paint(canonical.data, value), geometry: canonical.geometry }
}

async function readTreated({ root, source, values }: TreatedLabelFile, grid: Geometry | null): Promise<LabelVolume> {
  const { volume, keyOf } = await readLabelSource(root, source, grid)
  if (grid) requireSameGrid(volume.geometry, grid, source.path)
  const data = new Uint16Array(volume.data.length)
  const shown = new Map<number, number>()
  for (let at = 0; at < data.length; at++) {
    const value = volume.data[at]
    if (Math.round(value) === 0) continue
    let stored = shown.get(value)
    if (stored === undefined) shown.set(value, (stored = values[keyOf(value)] ?? 0))
    data[at] = stored
  }
  return toCanonical<Uint16Array>({ data, geometry: volume.geometry }).volume
}

/** Both files are compared in canonical axis order: a label may be stored in another order than its image. */
function requireSameGrid(label: Geometry, image: Geometry, path: string): void {
  const [a, b] = [label, image].map((geometry) => canonicalGeometry(geometry))
  const { same, message } = compareGeometry(b, a, Math.min(...b.spacingMm))
  if (same) return
  throw new OrganMosaicError(
    'invalid-data',
    `${path} does not lie on its image: ${message}. Re-export the label or exclude the case.`,
  )
}

const canonicalGeometry = (geometry: Geometry): Geometry => reorientGeometry(geometry, canonicalTransform(geometry))

function paint(mask: Uint8Array | Uint16Array, value: number): Uint8Array | Uint16Array {
  const painted = value <= 255 ? new Uint8Array(mask.length) : new Uint16Array(mask.length)
  for (let at = 0; at < mask.length; at++) if (mask[at] !== 0) painted[at] = value
  return painted
}

/** @returns voxels that were taken already */
function putOver(
  target: Uint8Array | Uint16Array,
  next: Uint8Array | Uint16Array,
  path: string,
  hidden: (value: number, present: number) => boolean = () => false,
): number {
  if (next.length !== target.length) {
    throw new OrganMosaicError('invalid-data', `${path} has another size than the label files before it.`)
  }
  let shared = 0
  for (let at = 0; at < next.length; at++) {
    if (next[at] === 0) continue
    if (target[at] !== 0) shared++
    if (target[at] === 0 || !hidden(next[at], target[at])) target[at] = next[at]
  }
  return shared
}
