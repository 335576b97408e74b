// File names into cases, shared by the detectors: what a volume is, what its stem is, which label belongs to which image.
import type { FoundCase } from './layout.ts'
import { createFinding } from '../create-finding.ts'

/** Of a pair only the .img: its .hdr belongs to it. Of a detached header, the header. */
const VOLUME = /(\.seg)?\.(nrrd|nhdr)$|\.(nii|img)(\.gz)?$|\.(mha|mhd)$/i

export const isVolume = (path: string): boolean => VOLUME.test(path)

export const VOLUME_ENDINGS = '.nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd or .hdr with .img'

/** What an image is called beside its labels. */
export const IMAGE_NAME = /^(ct|cbct|mr|mri|mrt|pet|t1|t1w|t1c|t1ce|t1gd|t2|t2w|flair|adc|dwi|image|img|volume|scan)$/i

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')

/** 'imagesTr/A_0000.nii.gz' -> 'A_0000' */
export const stemOf = (path: string): string => nameOf(path).replace(VOLUME, '')

/** The stem without nnU-Net's channel number: 'A_0000' -> 'A' */
export const caseIdOf = (path: string): string => stemOf(path).replace(/_0000$/, '')

/**
 * One case an id, whatever of it exists. Two files for one place (A.nii beside A.nii.gz) are not guessed between: the
 * case keeps the first and is excluded.
 */
export function pairFiles(images: Map<string, string[]>, labels: Map<string, string[]>): FoundCase[] {
  return [...new Set([...images.keys(), ...labels.keys()])].map((id) => {
    const imagesOf = images.get(id) ?? []
    const labelsOf = labels.get(id) ?? []
    return {
      id,
      image: imagesOf[0] ?? null,
      labels: labelsOf.slice(0, 1).map((path) => ({ kind: 'map', path })),
      problems: [...ambiguity(id, 'image', imagesOf), ...ambiguity(id, 'label', labelsOf)],
    }
  })
}

/** An error finding when several files claim one place, else nothing. */
export function ambiguity(caseId: string, what: 'image' | 'label', paths: readonly string[]) {
  if (paths.length < 2) return []
  const message = `Case ${caseId}: expected one ${what}, found ${paths.length} (${paths.join(', ')}); remove or rename all but one.`
  return [createFinding('error', 'ambiguous-file', message, { caseId })]
}
