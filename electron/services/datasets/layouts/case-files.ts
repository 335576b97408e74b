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
 * Images by case, each channel with all files that claim to be it: 'A_0000' and 'A_0001' are two channels of A.
 * @param count of the channels, where something declares it; else as many as are numbered beside an _0000
 */
export function channelFiles(paths: readonly string[], count = countChannels(paths)): Map<string, string[][]> {
  const byCase = new Map<string, string[][]>()
  for (const path of paths) {
    const numbered = count > 1 ? /^(.+)_(\d{4})$/.exec(stemOf(path)) : null
    const own = numbered !== null && Number(numbered[2]) < count
    const id = own ? numbered[1] : caseIdOf(path)
    const channels = byCase.get(id) ?? Array.from({ length: count }, () => [])
    channels[own ? Number(numbered[2]) : 0].push(path)
    byCase.set(id, channels)
  }
  return byCase
}

/** One more than the highest number beside a file that ends in _0000; 1 where nothing is numbered. */
export function countChannels(paths: readonly string[]): number {
  const first = new Set(paths.map(stemOf).filter((stem) => stem.endsWith('_0000')))
  const numbers = paths.flatMap((path) => {
    const [, base, number] = /^(.+)_(\d{4})$/.exec(stemOf(path)) ?? []
    return base !== undefined && first.has(`${base}_0000`) ? [Number(number)] : []
  })
  return 1 + Math.max(0, ...numbers)
}

/**
 * One case an id, whatever of it exists. Two files for one place (A.nii beside A.nii.gz) are not guessed between: the
 * case keeps the first and is excluded.
 */
export function pairFiles(images: ReadonlyMap<string, string[][]>, labels: ReadonlyMap<string, string[]>): FoundCase[] {
  const [none = [[]]] = [...images.values()].map((channels) => channels.map((): string[] => []))
  return [...new Set([...images.keys(), ...labels.keys()])].map((id) => {
    const channels = images.get(id) ?? none
    const labelsOf = labels.get(id) ?? []
    return {
      id,
      images: channels.map(([first]) => first ?? null),
      labels: labelsOf.slice(0, 1).map((path) => ({ kind: 'map', path })),
      problems: [...channels.flatMap((paths) => ambiguity(id, 'image', paths)), ...ambiguity(id, 'label', labelsOf)],
    }
  })
}

/** An error finding when several files claim one place, else nothing. */
export function ambiguity(caseId: string, what: 'image' | 'label', paths: readonly string[]) {
  if (paths.length < 2) return []
  const message = `Case ${caseId}: expected one ${what}, found ${paths.length} (${paths.join(', ')}); remove or rename all but one.`
  return [createFinding('error', 'ambiguous-file', message, { caseId })]
}
