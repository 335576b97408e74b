// Which pseudo labels stage 2 learns from when, and where each version of them lies. A version is never changed once it is
// there, so that a run that was killed goes on with what it had.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { storesPseudoLabels } from '../../contract/planned-stages.ts'
import type { RunConfig } from '../../contract/run-config.ts'

/** A stretch of stage 2 that learns from one version of the pseudo labels: from after step `from` up to step `until`. */
export interface LabelPeriod {
  /** 0: made between the stages; k: made the k-th time during stage 2. */
  readonly version: number
  readonly from: number
  readonly until: number
}

/** More refreshes than steps count once a step. */
export function labelPeriods({ stage2, pseudoLabels }: Pick<RunConfig, 'stage2' | 'pseudoLabels'>): LabelPeriod[] {
  const { steps } = stage2
  const refreshes = storesPseudoLabels({ stage2, pseudoLabels }) ? pseudoLabels.refresh : 0
  const starts = Array.from({ length: refreshes + 1 }, (_, k) => Math.round((steps * k) / (refreshes + 1)))
  const distinct = [...new Set(starts)].filter((start) => start < steps)
  return distinct.map((from, version) => ({ version, from, until: distinct[version + 1] ?? steps }))
}

/** The folder of one version in that of a run. */
export const labelRoot = (job: string, version: number): string =>
  version === 0 ? join(job, 'pseudo-labels') : join(job, 'pseudo-labels-refreshed', String(version))

/** The last version that a run made. */
export function lastVersion(job: string): number {
  let version = 0
  while (existsSync(labelRoot(job, version + 1))) version += 1
  return version
}

/** @param root of labelRoot */
export const pseudoLabelFolder = (root: string, dataset: string, caseId: string): string =>
  join(root, dataset, `${encodeURIComponent(caseId)}.zarr`)
