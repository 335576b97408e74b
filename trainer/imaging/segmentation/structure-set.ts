// DICOM RTSTRUCT: structures as closed contours in the planes of an image, filled onto that image's grid.
import { OrganMosaicError } from '../../../contract/errors.ts'
import { referencesOf } from '../dicom/dicom-facts.ts'
import type { DicomDataset } from '../dicom/dicom-dataset.ts'
import type { DicomFile } from '../dicom/parse-dicom.ts'
import { TAG } from '../dicom/tags.ts'
import { damaged } from '../files/read-bytes.ts'
import { fillContours } from './fill-contours.ts'
import { hexColor, nameApart, type Segment, type Segmentation } from './segmentation.ts'
import { noSegment } from './slicer-segmentation.ts'

/** Structures without a closed contour were never drawn: they are not listed. */
export function openStructureSet(file: DicomFile, path: string): Segmentation {
  const { dataset } = file
  const names = new Map(
    dataset
      .items(TAG.structureSetRoiSequence)
      .map((roi) => [roi.first(TAG.roiNumber) ?? 0, roi.text(TAG.roiName) ?? ''] as const),
  )
  const types = new Map(
    dataset
      .items(TAG.rtRoiObservationsSequence)
      .map((each) => [each.first(TAG.referencedRoiNumber) ?? 0, each.text(TAG.rtRoiInterpretedType) ?? ''] as const),
  )
  const drawn = new Map<string, DicomDataset[]>()
  const segments: Segment[] = []
  for (const roi of dataset.items(TAG.roiContourSequence)) {
    const number = roi.first(TAG.referencedRoiNumber) ?? 0
    const closed = roi.items(TAG.contourSequence).filter(isClosed)
    if (closed.length === 0) continue
    const known = drawn.get(String(number))
    if (known) {
      known.push(...closed)
      continue
    }
    drawn.set(String(number), closed)
    const color = hexColor(roi.numbers(TAG.roiDisplayColor).map((part) => part / 255))
    const type = types.get(number)?.trim().toUpperCase()
    segments.push({ id: String(number), name: names.get(number) ?? '', color, ...(type ? { type } : {}) })
  }
  return {
    segments: nameApart(segments),
    references: referencesOf(dataset),
    async paint(id, grid) {
      const contours = drawn.get(id)
      if (!contours) throw noSegment(path, id, segments)
      if (grid === null) {
        throw new OrganMosaicError(
          'invalid-data',
          `${path} holds contours, which need the image that they were drawn on; register it beside its DICOM series.`,
          { details: { needsImage: true } },
        )
      }
      const name = names.get(Number(id)) ?? id
      const points = contours.map((contour) => pointsOf(contour, path))
      const slabs = contours.map((contour) => contour.first(TAG.contourSlabThickness) ?? Infinity)
      const slab = slabs.reduce((most, each) => Math.max(most, each), 0)
      return fillContours(points, grid, `${path}: the structure ${name}`, slab > 0 && slab < Infinity ? slab : null)
    },
  }
}

/** A contour without a type is taken for a closed one where it has an area. */
function isClosed(contour: DicomDataset): boolean {
  const type = contour.text(TAG.contourGeometricType)
  const points = contour.first(TAG.numberOfContourPoints) ?? contour.numbers(TAG.contourData).length / 3
  return points >= 3 && (type === null || /^CLOSED/.test(type))
}

function pointsOf(contour: DicomDataset, path: string): Float64Array {
  const numbers = Float64Array.from(contour.numbers(TAG.contourData))
  if (numbers.length % 3 === 0 && numbers.every(Number.isFinite)) return numbers
  throw damaged(
    path,
    `has a contour of ${numbers.length} numbers, or with numbers that are none; expected x, y, z of every point`,
  )
}
