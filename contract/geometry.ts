// Where voxels are in the patient. The axis order is stated here once and holds everywhere:
// arrays are [depth, height, width] = [k, j, i], width fastest; shape and spacingMm follow that order.
// origin and direction are ITK's: LPS millimetres, direction row-major 3 x 3 whose columns are the unit
// vectors of i (width), j (height), k (depth). A point is origin + direction * (i*sx, j*sy, k*sz).
import { z } from 'zod'

const finite = z.number().refine(Number.isFinite, 'must be finite')

export const ShapeSchema = z.tuple([z.int().positive(), z.int().positive(), z.int().positive()])
export const SpacingSchema = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()])
export const PointSchema = z.tuple([finite, finite, finite])
export const DirectionSchema = z.array(finite).length(9)

/** @example { shape: [128, 80, 64], spacingMm: [2.5, 3.9, 3.9], origin: [-125, -312, 4], direction: [1,0,0, 0,1,0, 0,0,1] } */
export const GeometrySchema = z.object({
  shape: ShapeSchema,
  spacingMm: SpacingSchema,
  origin: PointSchema,
  direction: DirectionSchema,
})

/** [depth, height, width] */
export type Shape = z.infer<typeof ShapeSchema>
export type Spacing = z.infer<typeof SpacingSchema>
/** LPS millimetres (x, y, z) */
export type Point = z.infer<typeof PointSchema>
export type Geometry = z.infer<typeof GeometrySchema>
