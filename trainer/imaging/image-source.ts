// The address of an image or a label: a path, and after # which part of the file or folder is meant. One string, so that
// a case, a job and a cache can name a volume of a 4D file, a DICOM series or a segment as they name a plain file.

import { basename } from 'node:path'

export interface ImageSource {
  /** A file, or the folder that a DICOM series lies in (at any depth) */
  readonly path: string
  readonly part: ImagePart | null
}

export type ImagePart =
  | { readonly kind: 'volume'; /** From 1 */ readonly number: number }
  | {
      readonly kind: 'series'
      readonly uid: string
      /** From 1, of a series that holds several volumes */ readonly number: number | null
    }
  | { readonly kind: 'segment'; /** As the file numbers it */ readonly id: string }
  | {
      readonly kind: 'values'
      /** Of a label map: all of them are one structure */ readonly values: readonly number[]
      /** Those that mean something */ readonly declared: readonly number[]
    }

export type LabelValues = Extract<ImagePart, { kind: 'values' }>

const PART =
  /#(?:volume=(\d{1,6})|series=([0-9.]{1,64})(?:&volume=(\d{1,6}))?|segment=([\w.-]{1,64})|values=(\d[\d+]{0,1999})&of=(\d[\d+]{0,1999}))$/

/** 'a/b.nii.gz#volume=2' -> its path and the second volume; a # in a file name that says nothing of this is the name's. */
export function parseSource(address: string): ImageSource {
  const found = PART.exec(address)
  if (!found) return { path: address, part: null }
  const path = address.slice(0, found.index)
  const [, volume, uid, ofSeries, id, values, declared] = found
  if (volume) return { path, part: { kind: 'volume', number: Number(volume) } }
  if (uid) return { path, part: { kind: 'series', uid, number: ofSeries ? Number(ofSeries) : null } }
  if (id) return { path, part: { kind: 'segment', id } }
  return { path, part: { kind: 'values', values: numbersOf(values), declared: numbersOf(declared) } }
}

const numbersOf = (text: string): number[] => text.split('+').map(Number)

/** What an image is called where it leaves the machine: by its file or folder and the volume, without the UID of a series. */
export function nameOfSource(address: string): string {
  const { path, part } = parseSource(address)
  const number = part?.kind === 'volume' || part?.kind === 'series' ? part.number : null
  return number === null ? basename(path) : volumeAddress(basename(path), number)
}

export const pathOf = (address: string): string => parseSource(address).path

/** Of a label map that are meant; none where all are. */
export const valuesOf = (address: string): readonly number[] => {
  const { part } = parseSource(address)
  return part?.kind === 'values' ? part.values : []
}

/** @param address of a file, or of a series */
export const volumeAddress = (address: string, number: number): string =>
  `${address}${parseSource(address).part?.kind === 'series' ? '&' : '#'}volume=${number}`

export const seriesAddress = (folder: string, uid: string): string => `${folder}#series=${uid}`

export const segmentAddress = (path: string, id: string): string => `${path}#segment=${id}`

/** Some values of a label map as one structure, such as a region that nnU-Net trains. */
export const valuesAddress = (path: string, values: readonly number[], declared: readonly number[]): string =>
  `${path}#values=${values.join('+')}&of=${declared.join('+')}`
