// The files that the formats of one image become: their names, which are there already, and how large they may be.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OUTPUT_FORMATS, outputFiles } from '../../../contract/output.ts'
import type { OutputFormat, PlannedImage } from '../../../contract/output.ts'

/** A compressed label map relative to one byte a voxel: 0.6 % on whole-body CT, 4 % on small phantoms. */
const EXPECTED_SHARE = 0.04
/** Images compress to about half, maps of probabilities to a third; a SEG leaves out empty slices and is not compressed. */
const SHARES: Readonly<Partial<Record<OutputFormat, number>>> = { nnunet: 0.5, probabilities: 0.3, 'dicom-seg': 0.3 }
const ORGAN_FILE_BYTES = 500_000
const SIDECAR_BYTES = 4096

interface Wanted {
  readonly id: string
  readonly formats: readonly OutputFormat[]
  readonly organs: readonly string[]
  /** Of the image */
  readonly channels: number
  /** Whether true labels complete it: then a map says which voxels they are */
  readonly completed: boolean
  readonly voxels: number
}

export function planFiles(output: string, wanted: Wanted) {
  const { id, formats, organs, channels, completed, voxels } = wanted
  const named = [
    ...formats.map((format) => {
      return { kind: format, names: outputFiles(format, id, organs, channels), ...sizeOf(format, wanted) }
    }),
    ...(completed ? [{ kind: 'provenance' as const, names: [`${id}_provenance.nii.gz`], ...labelMapOf(voxels) }] : []),
    { kind: 'sidecar' as const, names: [`${id}.json`], largest: SIDECAR_BYTES, expected: SIDECAR_BYTES },
  ]
  return {
    shown: named.flatMap(({ kind, names }): PlannedImage['files'] => {
      const overwrites = (some: readonly string[]): boolean => some.some((name) => existsSync(join(output, name)))
      const folders = new Set(names.map((name) => name.slice(0, name.lastIndexOf('/') + 1)))
      // Many files of one folder are one line; the files of an nnU-Net dataset lie in a folder each.
      if (names.length === 1 || folders.size === names.length)
        return names.map((name) => ({ name, kind, count: 1, overwrites: overwrites([name]) }))
      return [{ name: [...folders].join(''), kind, count: names.length, overwrites: overwrites(names) }]
    }),
    overwritten: named.flatMap(({ names }) => names).filter((name) => existsSync(join(output, name))).length,
    largestBytes: named.reduce((sum, { largest }) => sum + largest, 0),
    expectedBytes: Math.round(named.reduce((sum, { expected }) => sum + expected, 0)),
  }
}

const labelMapOf = (voxels: number) => ({ largest: voxels, expected: voxels * EXPECTED_SHARE })

/** Of the images that an nnU-Net dataset holds. */
const IMAGE_BYTES = 2

function sizeOf(format: OutputFormat, { organs, channels, voxels }: Wanted): { largest: number; expected: number } {
  const { bytesPerVoxel } = OUTPUT_FORMATS[format]
  if (bytesPerVoxel === null) {
    const bytes = organs.length * ORGAN_FILE_BYTES
    return { largest: 10 * bytes, expected: bytes }
  }
  const perOrgan = ['nifti-masks', 'probabilities', 'dicom-seg'].includes(format)
  const more = format === 'nnunet' ? (channels - 1) * IMAGE_BYTES : 0
  const largest = voxels * (bytesPerVoxel + more) * (perOrgan ? organs.length : 1)
  const share = SHARES[format] ?? (perOrgan ? EXPECTED_SHARE / organs.length : EXPECTED_SHARE)
  return { largest, expected: largest * share }
}
