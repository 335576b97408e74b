// Two structures of a case that claim the same voxels although their organs exclude each other: who keeps them.
// Here, because registration decides it, and training, evaluation, viewer and exports must see the same.
import { z } from 'zod'

/** either: the voxel is one of them, and nobody says which. */
export const OverlapRuleSchema = z.enum(['smaller', 'larger', 'either'])
export type OverlapRule = z.infer<typeof OverlapRuleSchema>

/** An organ inside an outline stays whole. */
export const DEFAULT_OVERLAP_RULE: OverlapRule = 'smaller'

export const OVERLAP_RULE_WORDS: Record<OverlapRule, string> = {
  smaller: 'The smaller structure keeps the voxels',
  larger: 'The larger structure keeps the voxels',
  either: 'The voxels are either of them',
}

export const SettledOverlapSchema = z.object({
  keeps: z.string().min(1).describe('Key of the label that keeps the voxels'),
  yields: z.string().min(1).describe('Key of the label that also covers them'),
  voxels: z.int().positive(),
})
export type SettledOverlap = z.infer<typeof SettledOverlapSchema>

/**
 * The labels that count at a voxel. One that yields to a label which yields itself keeps its claim: a tumour takes a
 * voxel from the target volume around it, which then takes nothing from the organ.
 * @param keys of the labels that cover the voxel
 */
export function settleKeys(overlaps: readonly SettledOverlap[], keys: readonly string[]): readonly string[] {
  if (overlaps.length === 0 || keys.length < 2) return keys
  const stays = (key: string, among: readonly string[]): boolean => {
    const others = among.filter((other) => other !== key)
    return !overlaps.some(({ keeps, yields }) => yields === key && others.includes(keeps) && stays(keeps, others))
  }
  return keys.filter((key) => stays(key, keys))
}

/** Whether the first label is drawn over the second where both are, directly or by way of others. */
export function drawnOver(overlaps: readonly SettledOverlap[]): (key: string, other: string) => boolean {
  const below = new Map<string, Set<string>>()
  const collect = (key: string, found: Set<string>): Set<string> => {
    for (const { keeps, yields } of overlaps) {
      if (keeps === key && !found.has(yields)) collect(yields, found.add(yields))
    }
    return found
  }
  for (const { keeps } of overlaps) if (!below.has(keeps)) below.set(keeps, collect(keeps, new Set()))
  return (key, other) => below.get(key)?.has(other) ?? false
}
