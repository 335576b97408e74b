// What has to be read, and how, to give the voxels of one layer: plain data, so that it can go to a worker thread.
import type { VolumeContent, VolumeHeader } from '../../../contract/api/volumes.ts'
import type { Intensity, LabelSource } from '../../../contract/case.ts'
import type { Modality } from '../../../contract/channel.ts'
import type { Geometry } from '../../../contract/geometry.ts'

/** Paths are absolute. `grid` is the image's, as registered; null when nobody could read it. */
export type Recipe =
  ImageRecipe | LabelsRecipe | { kind: 'disagreement'; paths: readonly string[]; grid: Geometry | null } | PseudoRecipe

export interface LabelsRecipe {
  readonly kind: 'labels'
  readonly sources: readonly LabelFile[]
  readonly grid: Geometry | null
  /** Values of the layer of which the first is shown where both are, by the rule of the dataset */
  readonly overlaps?: readonly (readonly [shown: number, hidden: number])[]
}

export type ImageRecipe = { kind: 'image'; path: string; modality: Modality; intensity: Intensity | null }

/** value null: the file's own values; else what every voxel above zero stands for. */
export type LabelFile = { path: string; value: number | null } | TreatedLabelFile

/** A label file that is repaired or split whenever it is read. `values`: label key -> value in the layer. */
export interface TreatedLabelFile {
  readonly root: string
  readonly source: LabelSource
  readonly values: Readonly<Record<string, number>>
}

export interface PseudoRecipe {
  readonly kind: 'pseudo'
  /** Zarr group with the arrays codes and provenance. */
  readonly folder: string
  /** The preprocessed grid that they lie on. */
  readonly from: Geometry
  /** The grid of the image file. */
  readonly grid: Geometry
  /** What becomes of each provenance [256]; -1 leaves it to the code, which has a value each (null: 0). */
  readonly ofCode: readonly number[] | null
  readonly ofProvenance: readonly number[]
}

/** What can be drawn at once: the header and the middle planes, in the order of the header. */
export interface VolumeStart {
  readonly header: VolumeHeader
  readonly planes: Uint8Array
}

export interface VolumeRest {
  /** [depth, height, width] in canonical axis order. */
  readonly voxels: Uint8Array
  readonly content: VolumeContent
}
