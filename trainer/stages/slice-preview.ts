// One slice of a validation case with what the models say of it, small enough to be written at every validation.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunSlice } from '../../contract/run-slice.ts'
import type { Spacing } from '../../contract/geometry.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import type { ClassSet } from '../labels/label-sets.ts'

/** What a validation knows of a case: everything on the preprocessed grid. */
export interface PreviewedCase {
  readonly caseId: string
  readonly shape: readonly [number, number, number]
  readonly spacingMm: Spacing
  /** [channels, D, H, W]; the first channel is shown */
  readonly image: Float32Array
  readonly labels: Uint8Array
  /** Union classes that each label code may be. */
  readonly sets: readonly ClassSet[]
  readonly predictions: readonly { readonly model: number; readonly classes: Int32Array }[]
}

/** The axial slice with the most labelled voxels: a matter of the truth alone, so that it is the same every time. */
export function mostLabelledSlice(
  labels: Uint8Array,
  [depth, height, width]: readonly [number, number, number],
): number {
  const size = height * width
  const counts = Array.from({ length: depth }, (_, z) =>
    labels.subarray(z * size, (z + 1) * size).reduce((sum, code) => sum + (code === 0 ? 0 : 1), 0),
  )
  return counts.indexOf(Math.max(...counts))
}

export function cutSlice(previewed: PreviewedCase, where: Pick<RunSlice, 'stage' | 'step' | 'dataset'>): RunSlice {
  const { caseId, shape, spacingMm, image, labels, sets, predictions } = previewed
  const [, height, width] = shape
  const start = mostLabelledSlice(labels, shape) * height * width
  const end = start + height * width
  // A merged label or an open one is no single organ: nothing is drawn for it.
  const truth = Uint8Array.from(labels.subarray(start, end), (code) => (sets[code]?.length === 1 ? sets[code][0]! : 0))
  return {
    ...where,
    caseId,
    shape: [height, width],
    spacingMm: [spacingMm[1], spacingMm[2]],
    image: toText(toGrey(image.subarray(start, end))),
    truth: toText(truth),
    predictions: predictions.map(({ model, classes }) => ({
      model: model + 1,
      classes: toText(Uint8Array.from(classes.subarray(start, end))),
    })),
  }
}

/** previews/stageS-STEP-K.json, K the position of the dataset, from 1. */
export async function writeSlice(folder: string, position: number, slice: RunSlice): Promise<void> {
  const name = `stage${slice.stage}-${String(slice.step).padStart(6, '0')}-${position}.json`
  await mkdir(join(folder, 'previews'), { recursive: true })
  await writeFileAtomically(join(folder, 'previews', name), JSON.stringify(slice))
}

/** Lowest to highest value of the slice as 0 to 255. */
function toGrey(values: Float32Array): Uint8Array {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity)
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity)
  return Uint8Array.from(values, (value) => Math.round((255 * (value - low)) / (high - low || 1)))
}

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
