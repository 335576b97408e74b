// 3D Slicer's .seg.nrrd: an NRRD whose key/value pairs name segments, each a value in one of its layers.
import { OrganMosaicError } from '../../../contract/errors.ts'
import { chooseVolume } from '../files/choose-volume.ts'
import { pickVolume, volumesIn } from '../files/pick-volume.ts'
import { geometryFromAxes } from '../geometry-from-axes.ts'
import { readNrrdValues, type NrrdFile } from '../nrrd/read-nrrd.ts'
import type { VoxelArray } from '../volume.ts'
import { placeOnGrid } from './place-on-grid.ts'
import { hexColor, nameApart, type Segment, type Segmentation } from './segmentation.ts'

interface SlicerSegment extends Segment {
  readonly value: number
  readonly layer: number
}

/** Whether an NRRD is one: it names at least one segment. */
export const isSlicerSegmentation = ({ parsed }: NrrdFile): boolean =>
  [...parsed.pairs.keys()].some((key) => /^Segment\d+_(ID|Name)$/.test(key))

export function openSlicerSegmentation(file: NrrdFile, path: string): Segmentation {
  const segments = segmentsOf(file)
  const { sizes, spatial } = file.header
  // All structures lie in the same array: it is read once.
  let values: Promise<VoxelArray> | null = null
  return {
    segments: nameApart(segments),
    references: [],
    async paint(id, grid) {
      const segment = segments.find((each) => each.id === id)
      if (!segment) throw noSegment(path, id, segments)
      const { geometry, oddities } = geometryFromAxes(file.header, path)
      const layers = volumesIn(sizes, spatial)
      const layer = chooseVolume(layers, segment.layer + 1, sizes, path)
      const all = pickVolume(await (values ??= readNrrdValues(file, path)), sizes, spatial, layer)
      const data = new Uint8Array(all.length)
      for (let at = 0; at < all.length; at++) if (all[at] === segment.value) data[at] = 1
      const notes = [...file.header.oddities, ...oddities]
      if (grid === null) return { volume: { data, geometry }, oddities: notes }
      const placed = placeOnGrid({ data, geometry }, grid, path)
      return { volume: placed.volume, oddities: [...notes, ...placed.oddities] }
    },
  }
}

/** Older files have one layer and no value: the n-th segment has the value n. */
function segmentsOf({ parsed: { pairs } }: NrrdFile): SlicerSegment[] {
  const numbers = new Set<number>()
  for (const key of pairs.keys()) {
    const found = /^Segment(\d+)_/.exec(key)
    if (found) numbers.add(Number(found[1]))
  }
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const get = (name: string): string | undefined => pairs.get(`Segment${number}_${name}`)
      return {
        id: String(number),
        name: get('Name') ?? get('ID') ?? '',
        color: hexColor((get('Color') ?? '').split(/\s+/).map(Number)),
        value: Number(get('LabelValue') ?? number + 1),
        layer: Number(get('Layer') ?? 0),
      }
    })
}

/** @param segments that there are */
export function noSegment(path: string, id: string, segments: readonly Segment[]): OrganMosaicError {
  const known = segments.map((each) => `${each.id} (${each.name})`)
  return new OrganMosaicError(
    'invalid-data',
    `${path} has no segment ${id}; it has ${known.join(', ') || 'none'}. Register the dataset again.`,
  )
}
