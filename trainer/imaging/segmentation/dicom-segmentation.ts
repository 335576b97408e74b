// DICOM SEG: binary, fractional or label map; each frame a slice of one segment, in any order, with slices left out.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { referencesOf } from '../dicom/dicom-facts.ts'
import { decodeFrames } from '../dicom/decode-frames.ts'
import type { DicomDataset } from '../dicom/dicom-dataset.ts'
import { dot, framesOf, groupOf, normalOf, type SliceFrame } from '../dicom/frames.ts'
import type { DicomFile } from '../dicom/parse-dicom.ts'
import { pixelFormatOf } from '../dicom/pixel-format.ts'
import type { FrameValues } from '../dicom/stored-values.ts'
import { TAG } from '../dicom/tags.ts'
import { damaged } from '../files/read-bytes.ts'
import { geometryFromAxes } from '../geometry-from-axes.ts'
import type { ImageRead } from '../image-format.ts'
import { voxelCount } from '../volume.ts'
import { labToHex } from './lab-color.ts'
import { placeInto } from './place-on-grid.ts'
import { nameApart, type Painted, type Segment, type Segmentation } from './segmentation.ts'
import { noSegment } from './slicer-segmentation.ts'

/** @throws OrganMosaicError invalid-file for a file that is none, or has no place in the patient (whole-slide, X-ray) */
export function openDicomSegmentation(file: DicomFile, path: string): Segmentation {
  const { dataset } = file
  const format = pixelFormatOf(dataset, path)
  const kind = dataset.text(TAG.segmentationType) ?? ''
  if (!/^(BINARY|FRACTIONAL|LABELMAP)$/.test(kind)) {
    throw damaged(path, `is a DICOM SEG of the type "${kind}"; expected BINARY, FRACTIONAL or LABELMAP`)
  }
  // Number 0 of a label map is what no segment covers.
  const segments = nameApart(dataset.items(TAG.segmentSequence).map(segmentOf)).filter(({ id }) => id !== '0')
  const numberOf = segmentNumbers(dataset, kind)
  const most = dataset.first(TAG.maximumFractionalValue) ?? 255
  let slices: SliceFrame[] | null = null

  return {
    segments,
    references: referencesOf(dataset),
    async paint(id, grid): Promise<Painted> {
      if (!segments.some((each) => each.id === id)) throw noSegment(path, id, segments)
      slices ??= framesOf(dataset, path)
      const target = grid ?? ownGrid(slices, path)
      const chosen = slices.filter(({ frame }) => kind === 'LABELMAP' || numberOf(frame) === Number(id))
      const decoded = await decodeFrames(
        file,
        format,
        path,
        chosen.map(({ frame }) => frame),
      )
      const data = new Uint8Array(voxelCount(target.shape))
      let outside = 0
      for (const [n, slice] of chosen.entries()) {
        // Bits are 0 and 1 as they come.
        const { bitsAllocated } = format
        const plain = kind === 'BINARY' && bitsAllocated === 1 && decoded[n] instanceof Uint8Array ? decoded[n] : null
        const mask = plain ?? markInside(decoded[n], kind, kind === 'LABELMAP' ? Number(id) : most / 2)
        outside += placeInto(data, { data: mask, geometry: gridOfSlice(slice, path) }, target, path)
      }
      const lost = `${path}: ${outside} voxels of the segment lie outside the image; left out`
      return { volume: { data, geometry: target }, oddities: outside > 0 ? [lost] : [] }
    },
  }
}

/** @param mark the value of the segment in a label map, the least one inside in a fractional segmentation */
function markInside(values: FrameValues, kind: string, mark: number): Uint8Array {
  const mask = new Uint8Array(values.length)
  if (kind === 'LABELMAP') for (let at = 0; at < mask.length; at++) mask[at] = values[at] === mark ? 1 : 0
  else if (kind === 'BINARY') for (let at = 0; at < mask.length; at++) mask[at] = values[at] === 0 ? 0 : 1
  else for (let at = 0; at < mask.length; at++) mask[at] = values[at] >= mark ? 1 : 0
  return mask
}

/** All segments as one label map of their numbers, on the grid of the file itself. @throws OrganMosaicError when they overlap */
export async function readSegmentationMap(segmentation: Segmentation, path: string): Promise<ImageRead> {
  const [first, ...others] = segmentation.segments
  if (segmentation.segments.length === 0) throw damaged(path, 'describes no segment')
  const { volume, oddities } = await segmentation.paint(first.id, null)
  const data = Uint16Array.from(volume.data, (inside) => inside * Number(first.id))
  for (const segment of others) {
    const next = await segmentation.paint(segment.id, null)
    for (let at = 0; at < data.length; at++) {
      if (next.volume.data[at] === 0) continue
      if (data[at] !== 0) {
        throw new OrganMosaicError(
          'invalid-data',
          `${path}: the segments ${data[at]} and ${segment.id} overlap, so they make no label map; register it beside its image, segment by segment.`,
        )
      }
      data[at] = Number(segment.id)
    }
  }
  return { volume: { data, geometry: volume.geometry }, oddities }
}

/**
 * Categories of what is no organ (PS3.16, CID 7150), by their SNOMED CT codes and the older SNOMED RT ones. Tissue is none
 * of them: 3D Slicer says it of everything that nobody described.
 */
const CATEGORIES: Readonly<Record<string, string>> = {
  ...{ '260787004': 'PHYSICAL_OBJECT', 'A-00004': 'PHYSICAL_OBJECT' },
  ...{ '309825002': 'SPATIAL_CONCEPT', 'R-42018': 'SPATIAL_CONCEPT' },
}

function segmentOf(item: DicomDataset): Segment {
  const [category] = item.items(TAG.segmentedPropertyCategory)
  const type = CATEGORIES[(category as DicomDataset | undefined)?.text(TAG.codeValue) ?? ''] as string | undefined
  const lab = item.numbers(TAG.recommendedDisplayCielab)
  return {
    id: String(item.first(TAG.segmentNumber) ?? 0),
    name: item.text(TAG.segmentLabel) ?? '',
    color: lab.length === 3 ? labToHex(lab) : null,
    ...(type ? { type } : {}),
  }
}

/** Frame -> segment number; of a label map, every frame holds all of them. */
function segmentNumbers(dataset: DicomDataset, kind: string): (frame: number) => number | null {
  if (kind === 'LABELMAP') return () => null
  const shared = dataset.items(TAG.sharedFunctionalGroups)[0] as DicomDataset | undefined
  const numbers = dataset
    .items(TAG.perFrameFunctionalGroups)
    .map((own) => groupOf(shared, own, TAG.segmentIdentificationSequence)?.first(TAG.referencedSegmentNumber) ?? null)
  return (frame) => numbers[frame] ?? null
}

function gridOfSlice(slice: SliceFrame, path: string): Geometry {
  const [row, column] = slice.orientation
  const normal = normalOf(slice.orientation)
  const depth = slice.spacingBetweenSlices || slice.sliceThickness || 1
  return geometryFromAxes(
    {
      shape: [1, slice.rows, slice.columns],
      axes: [
        [row[0] * slice.pixelSpacing[1], row[1] * slice.pixelSpacing[1], row[2] * slice.pixelSpacing[1]],
        [column[0] * slice.pixelSpacing[0], column[1] * slice.pixelSpacing[0], column[2] * slice.pixelSpacing[0]],
        [normal[0] * depth, normal[1] * depth, normal[2] * depth],
      ],
      origin: slice.position,
    },
    path,
  ).geometry
}

/** From the first to the last slice that any segment has, as fine as the closest two lie. */
function ownGrid(slices: readonly SliceFrame[], path: string): Geometry {
  const normal = normalOf(slices[0].orientation)
  const sorted = slices.map((slice) => ({ slice, at: dot(slice.position, normal) })).sort((a, b) => a.at - b.at)
  const gaps = sorted
    .slice(1)
    .map(({ at }, n) => at - sorted[n].at)
    .filter((gap) => gap > 0.01)
  const { slice, at } = sorted[0]
  const step = gaps.length > 0 ? Math.min(...gaps) : slice.spacingBetweenSlices || slice.sliceThickness || 1
  const depth = Math.round((sorted[sorted.length - 1].at - at) / step) + 1
  if (depth > 10_000)
    throw damaged(path, `spreads its ${slices.length} frames over ${depth} slices; expected at most 10000`)
  const flat = gridOfSlice(slice, path)
  return { ...flat, shape: [depth, slice.rows, slice.columns], spacingMm: [step, flat.spacingMm[1], flat.spacingMm[2]] }
}
