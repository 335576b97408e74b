// What preprocessing makes of a case: voxels on the plan's grid, and all that it takes to go back to the image file.
import { z } from 'zod'
import { GeometrySchema, ShapeSchema, type Shape } from '../../contract/geometry.ts'

const axis = z.int().min(0).max(2)

/** The attributes of a preprocessed Zarr group. */
export const PreprocessedMetaSchema = z.object({
  format: z.literal('organ-mosaic-preprocessed-1'),
  imageHash: z.string(),
  channels: z.int().positive().default(1).describe('Arrays of image voxels; earlier versions knew one'),
  geometry: GeometrySchema.describe('The stored grid: canonical axis order, planned spacing, cropped'),
  originalGeometry: GeometrySchema.describe('The grid of the image file'),
  transform: z
    .object({ axes: z.tuple([axis, axis, axis]), flips: z.tuple([z.boolean(), z.boolean(), z.boolean()]) })
    .describe('From the image file to canonical axis order'),
  crop: z
    .object({ start: z.tuple([z.int(), z.int(), z.int()]), shape: ShapeSchema })
    .describe('Voxels of the image in canonical axis order that were kept'),
  codebook: z
    .array(z.array(z.string()))
    .min(1)
    .describe('Code -> sorted keys of the labels that cover the voxel; code 0 is []'),
})
export type PreprocessedMeta = z.infer<typeof PreprocessedMetaSchema>

/** image: normalised float32 [channels, depth, height, width] on `geometry`. */
export interface PreprocessedImage extends Omit<PreprocessedMeta, 'format' | 'codebook'> {
  readonly image: Float32Array
  readonly shape: Shape
}

/** labels: codes [depth, height, width] into the codebook. */
export interface PreprocessedCase extends PreprocessedImage {
  readonly labels: Uint8Array
  readonly codebook: string[][]
}
