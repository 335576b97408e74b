// One layer of a case, from its files to voxels in canonical axis order. Runs in a worker thread: decoding blocks.
import { availableParallelism } from 'node:os'
import type { VolumeContent, VolumeHeader } from '../../../contract/api/volumes.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { canonicalTransform, reorient, reorientGeometry } from '../../../trainer/imaging/canonical.ts'
import { readImage } from '../../../trainer/imaging/read-image.ts'
import { readZarrArray } from '../../../trainer/imaging/zarr-group.ts'
import { describeImage, startOf } from './describe-image.ts'
import { describeSegments } from './describe-segments.ts'
import { findDisagreement } from './find-disagreement.ts'
import { mergeLabels, type LabelVolume } from './merge-labels.ts'
import { bytesOf, middleOf, middlePlanes } from './middle-planes.ts'
import type { ImageRecipe, PseudoRecipe, Recipe, VolumeRest, VolumeStart } from './recipe.ts'
import { restoreNearest } from './restore-nearest.ts'
import { typeOf, type StoredArray } from './to-stored.ts'

/** A layer's values are below. */
const VALUES = 65_536

type OnStart = (start: VolumeStart) => void

/**
 * @param onStart called once, as soon as the three middle planes are there
 * @throws OrganMosaicError of the files
 */
export async function decodeVolume(recipe: Recipe, onStart: OnStart): Promise<VolumeRest> {
  switch (recipe.kind) {
    case 'image':
      return decodeImage(recipe, onStart)
    case 'labels': {
      const pairs = new Set(recipe.overlaps?.map(([shown, hidden]) => shown * VALUES + hidden))
      const hidden = (value: number, present: number): boolean => pairs.has(present * VALUES + value)
      const { volume, notes } = await mergeLabels(recipe.sources, recipe.grid, pairs.size > 0 ? hidden : undefined)
      return finishLabels(volume, notes, onStart)
    }
    case 'disagreement': {
      const maps: LabelVolume[] = []
      for (const path of recipe.paths) maps.push((await mergeLabels([{ path, value: null }], recipe.grid)).volume)
      const data = findDisagreement(maps.map((map) => map.data))
      return finishLabels({ data, geometry: maps[0].geometry }, [], onStart)
    }
    case 'pseudo':
      return finishLabels(await decodePseudo(recipe), [], onStart)
  }
}

async function decodeImage(recipe: ImageRecipe, onStart: OnStart): Promise<VolumeRest> {
  const { volume, oddities } = await readImage(recipe.path, availableParallelism())
  const image = describeImage(volume, oddities, recipe.intensity)
  onStart(startOf(image, recipe.modality))
  const canonical = reorient({ data: image.data, geometry: volume.geometry }, image.transform)
  return { voxels: bytesOf(canonical.data), content: { segments: [] } }
}

/** Codes are given their meaning where they lie, on the small grid, and then brought to the image's. */
async function decodePseudo(recipe: PseudoRecipe): Promise<LabelVolume> {
  const { from, ofCode, ofProvenance } = recipe
  const codes = await readZarrArray(recipe.folder, 'codes', Uint8Array, from.shape)
  const provenance = await readZarrArray(recipe.folder, 'provenance', Uint8Array, from.shape)
  const values = provenance.map((origin, at) =>
    ofProvenance[origin] >= 0 ? ofProvenance[origin] : (ofCode?.[codes[at]] ?? 0),
  )
  const geometry = reorientGeometry(recipe.grid, canonicalTransform(recipe.grid))
  return { data: restoreNearest({ data: values, geometry: from }, geometry), geometry }
}

function finishLabels({ data, geometry }: LabelVolume, notes: string[], onStart: OnStart): VolumeRest {
  const content: VolumeContent = describeSegments(data, geometry.shape)
  const identity = { axes: [0, 1, 2], flips: [false, false, false] } as const
  onStart({
    header: headerOfLabels(data, geometry, content, notes),
    planes: middlePlanes(data, geometry.shape, identity),
  })
  return { voxels: bytesOf(data), content }
}

function headerOfLabels(data: StoredArray, geometry: Geometry, content: VolumeContent, notes: string[]): VolumeHeader {
  const max = content.segments.at(-1)?.value ?? 0
  return {
    geometry,
    type: typeOf(data),
    slope: 1,
    intercept: 0,
    exact: true,
    range: { min: 0, max },
    window: { centre: max / 2, width: Math.max(1, max) },
    planes: middleOf(geometry.shape),
    notes,
  }
}
