// What a module of a format offers to read-image.ts. A new format is one folder and one line there.
import type { Geometry } from '../../contract/geometry.ts'
import type { ImagePart } from './image-source.ts'
import type { Volume } from './volume.ts'

export interface ImageRead {
  readonly volume: Volume
  /** Sentences for people about what is unusual but was understood */
  readonly oddities: string[]
}

export interface ImageFormat {
  /** As people call it */
  readonly name: string
  /** @param start the first bytes, inflated where the file is gzipped */
  readonly recognises: (start: Uint8Array, path: string) => boolean
  /** @param threads that may work at once where that helps; 1 unless said otherwise */
  readonly read: (path: string, part: ImagePart | null, threads?: number) => Promise<ImageRead>
  /** Without its voxels where the format allows it */
  readonly readGeometry: (path: string, part: ImagePart | null) => Promise<Geometry>
  /** Every file that the image consists of, absolute; the given one first */
  readonly filesOf: (path: string, part: ImagePart | null) => Promise<string[]>
}

/** The volume that an address names; null where it names none. */
export const volumeOf = (part: ImagePart | null): number | null => (part?.kind === 'volume' ? part.number : null)
