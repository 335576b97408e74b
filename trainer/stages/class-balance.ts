// How much more a voxel of a small organ weighs than one of the background, over a stage.
import type { StageBasics } from '../../contract/planned-stages.ts'

/**
 * Falls linearly to 0: small organs start to learn before the background has silenced them, and end as large as they
 * are; balanced to the end, all organs come out too large (docs/results/recipe.md).
 * @param step from 0
 */
export function classBalance(
  { steps, classBalance, balanceUntil }: Pick<StageBasics, 'steps' | 'classBalance' | 'balanceUntil'>,
  step: number,
): number {
  const until = balanceUntil * steps
  return until <= 0 ? 0 : classBalance * Math.max(0, 1 - step / until)
}
