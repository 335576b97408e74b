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

const PART = /#(?:volume=(\d{1,6})|series=([0-9.]{1,64})(?:&volume=(\d{1,6}))?|segment=([\w.-]{1,64}))$/

/** 'a/b.nii.gz#volume=2' -> its path and the second volume; a # in a file name that says nothing of this is the name's. */
export function parseSource(address: string): ImageSource {
  const found = PART.exec(address)
  if (!found) return { path: address, part: null }
  const path = address.slice(0, found.index)
  const [, volume, uid, ofSeries, id] = found
  if (volume) return { path, part: { kind: 'volume', number: Number(volume) } }
  if (uid) return { path, part: { kind: 'series', uid, number: ofSeries ? Number(ofSeries) : null } }
  return { path, part: { kind: 'segment', id } }
}

/** What an image is called where it leaves the machine: by its file or folder and the volume, without the UID of a series. */
export function nameOfSource(address: string): string {
  const { path, part } = parseSource(address)
  const number = part === null || part.kind === 'segment' ? null : part.number
  return number === null ? basename(path) : volumeAddress(basename(path), number)
}

export const pathOf = (address: string): string => parseSource(address).path

/** @param address of a file, or of a series */
export const volumeAddress = (address: string, number: number): string =>
  `${address}${parseSource(address).part?.kind === 'series' ? '&' : '#'}volume=${number}`

export const seriesAddress = (folder: string, uid: string): string => `${folder}#series=${uid}`

export const segmentAddress = (path: string, id: string): string => `${path}#segment=${id}`
