// Every slice of a DICOM image as one record, be it a file of its own or a frame of an enhanced multiframe file.
import type { Point } from '../../../contract/geometry.ts'
import { damaged } from '../files/read-bytes.ts'
import type { DicomDataset } from './dicom-dataset.ts'
import { TAG } from './tags.ts'

export interface SliceFrame {
  readonly path: string
  /** From 0, within its file */
  readonly frame: number
  readonly rows: number
  readonly columns: number
  /** LPS millimetres of the first pixel's centre */
  readonly position: Point
  /** Unit vectors along a row (to the next column) and along a column (to the next row) */
  readonly orientation: readonly [Point, Point]
  /** Between rows, between columns */
  readonly pixelSpacing: readonly [number, number]
  readonly sliceThickness: number | null
  readonly spacingBetweenSlices: number | null
  readonly slope: number
  readonly intercept: number
  /** What tells volumes of one series apart, and orders them */
  readonly order: readonly [temporal: number, acquisition: number, instance: number]
}

/** A functional group of a frame: its own, or the one that all share. */
export const groupOf = (
  shared: DicomDataset | undefined,
  own: DicomDataset | undefined,
  tag: number,
): DicomDataset | undefined => own?.items(tag)[0] ?? shared?.items(tag)[0]

/** @throws OrganMosaicError invalid-file for an image that does not say where it is */
export function framesOf(dataset: DicomDataset, path: string): SliceFrame[] {
  const shared = dataset.items(TAG.sharedFunctionalGroups)[0] as DicomDataset | undefined
  const perFrame = dataset.items(TAG.perFrameFunctionalGroups)
  const count = dataset.first(TAG.numberOfFrames) ?? 1
  if (perFrame.length > 0 && perFrame.length < count) {
    throw damaged(path, `describes ${perFrame.length} of its ${count} frames`)
  }
  const offsets = dataset.numbers(TAG.gridFrameOffsets)
  return Array.from({ length: count }, (_, frame) => {
    const own = perFrame[frame] as DicomDataset | undefined
    const of = (tag: number): DicomDataset => groupOf(shared, own, tag) ?? dataset
    const placed = placeOf(
      of(TAG.planePositionSequence),
      of(TAG.planeOrientationSequence),
      of(TAG.pixelMeasuresSequence),
      path,
    )
    const values = of(TAG.pixelValueTransformationSequence)
    const content = of(TAG.frameContentSequence)
    if (count > 1 && !own && offsets.length !== count) {
      throw damaged(path, `holds ${count} frames and does not say where each lies; expected an enhanced image`)
    }
    return {
      path,
      frame,
      rows: dataset.first(TAG.rows) ?? 0,
      columns: dataset.first(TAG.columns) ?? 0,
      ...(own || count === 1 ? placed : shifted(placed, offsets[frame] - offsets[0])),
      slope: values.first(TAG.rescaleSlope) ?? dataset.first(TAG.doseGridScaling) ?? 1,
      intercept: values.first(TAG.rescaleIntercept) ?? 0,
      order: [
        content.first(TAG.temporalPositionIndex) ?? dataset.first(TAG.temporalPosition) ?? 0,
        dataset.first(TAG.acquisitionNumber) ?? 0,
        (dataset.first(TAG.instanceNumber) ?? 0) + frame,
      ],
    }
  })
}

type Place = Pick<SliceFrame, 'position' | 'orientation' | 'pixelSpacing' | 'sliceThickness' | 'spacingBetweenSlices'>

function placeOf(position: DicomDataset, orientation: DicomDataset, measures: DicomDataset, path: string): Place {
  const [x, y, z] = position.numbers(TAG.imagePosition)
  const cosines = orientation.numbers(TAG.imageOrientation)
  const spacing = measures.numbers(TAG.pixelSpacing)
  if (![x, y, z].every(Number.isFinite) || cosines.length !== 6 || !cosines.every(Number.isFinite)) {
    throw damaged(
      path,
      'does not say where in the patient it lies (image position, image orientation); expected a slice of CT, MR or PET',
    )
  }
  if (spacing.length !== 2 || !spacing.every((mm) => mm > 0)) {
    throw damaged(path, `has the pixel spacing ${spacing.join(', ') || 'nothing'}; expected two sizes in mm`)
  }
  return {
    position: [x, y, z],
    orientation: [unit(cosines.slice(0, 3), path), unit(cosines.slice(3), path)],
    pixelSpacing: [spacing[0], spacing[1]],
    sliceThickness: measures.first(TAG.sliceThickness),
    spacingBetweenSlices: measures.first(TAG.spacingBetweenSlices),
  }
}

function unit(vector: readonly number[], path: string): Point {
  const length = Math.hypot(...vector)
  if (!(length > 0.5 && length < 2))
    throw damaged(path, `has the image orientation ${vector.join(', ')}; expected unit vectors`)
  return [vector[0] / length, vector[1] / length, vector[2] / length]
}

/** Along the normal, as a dose grid counts its frames. */
function shifted(place: Place, offset: number): Place {
  const normal = normalOf(place.orientation)
  const [x, y, z] = place.position
  return { ...place, position: [x + normal[0] * offset, y + normal[1] * offset, z + normal[2] * offset] }
}

export const normalOf = ([row, column]: readonly [Point, Point]): Point => [
  row[1] * column[2] - row[2] * column[1],
  row[2] * column[0] - row[0] * column[2],
  row[0] * column[1] - row[1] * column[0],
]

export const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
