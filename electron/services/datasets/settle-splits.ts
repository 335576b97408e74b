// Where a label of a case is split into left and right: the plane is found once, when the case is looked at, and goes into
// the dataset, so that every later reading splits at the same place.
import type { LabelSource } from '../../../contract/case.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import { applySplits, maskOf, type SourceRead } from '../../../trainer/imaging/treated/read-label-source.ts'
import { planeBetween } from '../../../trainer/imaging/treated/split-sides.ts'

export interface SettledSource {
  readonly source: LabelSource
  readonly volume: Volume
  readonly keyOf: (value: number) => string
}

/** @param read without any split. @param midlineMm LPS x of the middle of the body; null where it is not known */
export function settleSplits(read: SourceRead, source: LabelSource, midlineMm: number | null): SettledSource {
  const { volume, keyOf } = read
  if (!source.split || source.split.length === 0) return { source, volume, keyOf }
  const split = source.split.map(({ key }) => ({
    key,
    planeMm: planeBetween(maskOf(volume.data, source, key), volume.geometry, midlineMm),
  }))
  const applied = applySplits(volume, { ...source, split })
  const recorded = split.map((each, n) => ({ ...each, method: applied.methods[n] }))
  return { source: { ...source, split: recorded }, volume: applied.volume, keyOf: applied.keyOf }
}
