// What is done to a label file whenever it is read. The file itself is never written to: a treatment is recorded in the
// dataset and in every run, and goes away with the choice that made it.
import { z } from 'zod'
import type { OrganId } from './organ.ts'

export const SideSchema = z.enum(['left', 'right'])
export type Side = z.infer<typeof SideSchema>
export const SIDES = SideSchema.options

/** How a structure was told apart: parts that lie on one side each, one part cut by the plane, or one side alone. */
export const SplitMethodSchema = z.enum(['parts', 'plane', 'one side'])
export type SplitMethod = z.infer<typeof SplitMethodSchema>

/** One label that covers organs of both sides, taken apart into a label a side. */
export const SideSplitSchema = z.object({
  key: z.string().min(1).describe('The label that is split'),
  planeMm: z
    .number()
    .nullable()
    .describe('The mid-sagittal plane: LPS x in mm, left of it is left; null until the case was looked at'),
  method: SplitMethodSchema.optional().describe('How it went in this case'),
})
export type SideSplit = z.infer<typeof SideSplitSchema>

/**
 * How a label comes onto the grid of an image that it does not lie on.
 * image-grid: voxel for voxel, as if it had the grid of the image. resample: where its own header says it is.
 */
export const LabelRepairSchema = z.enum(['image-grid', 'resample'])
export type LabelRepair = z.infer<typeof LabelRepairSchema>

export const REPAIR_WORDS: Record<LabelRepair, string> = {
  'image-grid': 'voxel for voxel on the image',
  resample: 'resampled to where its header says',
}

/** 'kidneys' -> 'kidneys (left)': the label that a side becomes. */
export const sidedKey = (key: string, side: Side): string => `${key} (${side})`

/**
 * The organs of a label that covers both sides, by side.
 * @returns null where it cannot be split: an organ has no side, or all are on one
 */
export function organsBySide(
  organs: readonly OrganId[],
  sideOf: (organ: OrganId) => Side | null,
): Record<Side, OrganId[]> | null {
  const [left, right] = SIDES.map((side) => organs.filter((organ) => sideOf(organ) === side))
  return left.length > 0 && right.length > 0 && left.length + right.length === organs.length ? { left, right } : null
}
