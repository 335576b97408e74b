// How the pixels of a DICOM image are stored, from its header.
import { damaged } from '../files/read-bytes.ts'
import type { DicomDataset } from './dicom-dataset.ts'
import { TAG } from './tags.ts'

export interface PixelFormat {
  readonly rows: number
  readonly columns: number
  readonly frames: number
  readonly bitsAllocated: number
  readonly bitsStored: number
  readonly highBit: number
  readonly signed: boolean
  readonly float: boolean
}

/** @throws OrganMosaicError invalid-file for colour, or sizes that are none */
export function pixelFormatOf(dataset: DicomDataset, path: string): PixelFormat {
  const number = (tag: number, fallback: number): number => dataset.first(tag) ?? fallback
  const [rows, columns] = [number(TAG.rows, 0), number(TAG.columns, 0)]
  const frames = number(TAG.numberOfFrames, 1)
  if (rows === 0 && columns === 0)
    throw damaged(path, 'is a DICOM file without pixels; expected CT, MR, PET, SEG or RTSTRUCT')
  if (!(rows > 0) || !(columns > 0) || !Number.isInteger(frames) || frames < 1 || frames > 100_000) {
    throw damaged(path, `claims ${frames} frames of ${rows} x ${columns} pixels; expected at least one of each`)
  }
  const samples = number(TAG.samplesPerPixel, 1)
  const photometric = dataset.text(TAG.photometricInterpretation) ?? 'MONOCHROME2'
  // A label map of segments may bring a palette: its numbers are segments all the same.
  const palette = photometric === 'PALETTE COLOR' && !dataset.has(TAG.segmentSequence)
  if (samples !== 1 || palette) {
    throw damaged(
      path,
      `is a colour image (${photometric}); expected one value a pixel. Choose a series of CT, MR or PET`,
    )
  }
  const float = dataset.has(TAG.floatPixelData) || dataset.has(TAG.doublePixelData)
  const bitsAllocated = number(TAG.bitsAllocated, dataset.has(TAG.doublePixelData) ? 64 : float ? 32 : 0)
  if (![1, 8, 16, 32, 64].includes(bitsAllocated) || (bitsAllocated === 64 && !float)) {
    throw damaged(path, `stores ${bitsAllocated} bits a pixel; expected 1, 8, 16 or 32`)
  }
  const bitsStored = Math.min(bitsAllocated, number(TAG.bitsStored, bitsAllocated))
  const highBit = number(TAG.highBit, bitsStored - 1)
  if (bitsStored < 1 || highBit < bitsStored - 1 || highBit >= bitsAllocated) {
    throw damaged(path, `stores ${bitsStored} bits up to bit ${highBit} of ${bitsAllocated}; expected them to fit`)
  }
  return {
    rows,
    columns,
    frames,
    bitsAllocated,
    bitsStored,
    highBit,
    signed: number(TAG.pixelRepresentation, 0) === 1,
    float,
  }
}
