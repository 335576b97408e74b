// Which stages of a training come out the same as those of another one: a run is deterministic, so the stages before the
// first difference in data, seed or settings do.
import { isDeepStrictEqual } from 'node:util'
import type { TrainJob } from '../../../contract/job.ts'
import { phaseOf, plannedStages, storesPseudoLabels } from '../../../contract/planned-stages.ts'
import type { RunConfig, StageNumber } from '../../../contract/run-config.ts'

export interface CommonStages {
  /** In the order in which both train them; never all that either has. */
  readonly stages: readonly StageNumber[]
  /** Whether the stored pseudo labels that follow them are the same, too. */
  readonly pseudoLabels: boolean
}

export function commonStages(job: TrainJob, other: TrainJob): CommonStages {
  if (!isDeepStrictEqual(basis(job), basis(other))) return { stages: [], pseudoLabels: false }
  const [planned, theirs] = [plannedStages(job.stages), plannedStages(other.stages)]
  const differs = planned.findIndex((stage, i) => {
    const last = i === planned.length - 1
    return last || theirs[i] !== stage || !isDeepStrictEqual(settings(job.config, stage), settings(other.config, stage))
  })
  const stages = planned.slice(0, differs)
  const bothLabel = [job, other].every(({ config }) => storesPseudoLabels(config)) && stages.length > 0
  const sameNext = planned[differs] === 2 && theirs[differs] === 2
  const sameLabels = sameNext && isDeepStrictEqual(labelSettings(job), labelSettings(other))
  return { stages, pseudoLabels: bothLabel && sameLabels }
}

/** Everything that bears on every stage. */
function basis({ versions, datasets, organs, labelsFrom, stage1From, config }: TrainJob): unknown {
  const ofStages = new Set<string>(['shared', 'stage1', 'stage2', 'pseudoLabels'] satisfies (keyof RunConfig)[])
  const general = Object.entries(config).filter(([key]) => !ofStages.has(key))
  const data = datasets.map(({ name, fingerprint }) => [name, fingerprint])
  return { versions, data, organs, labelsFrom: labelsFrom ?? null, stage1From, general }
}

const settings = (config: RunConfig, stage: StageNumber): unknown => config[phaseOf(stage)]

/** A person's review is of one run. */
const labelSettings = ({ name, config: { pseudoLabels } }: TrainJob): unknown => ({
  pseudoLabels,
  reviewed: pseudoLabels.review ? name : null,
})
