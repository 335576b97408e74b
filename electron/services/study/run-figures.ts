// What a study shows of a run beside its scores: the terms that were on, what it cost, and its validation while it learned.
import { plannedStages, phaseOf } from '../../../contract/planned-stages.ts'
import type { RunConfig, Stages } from '../../../contract/run-config.ts'
import type { Series } from '../../../contract/series.ts'
import type { StudyCost, StudyCurve, StudyTerms } from '../../../contract/study-figures.ts'
import type { Services } from '../services.ts'
import { meanOf } from '../results/statistics/describe-values.ts'

export interface RunFigures {
  readonly terms: StudyTerms
  readonly cost: StudyCost
  readonly curve: StudyCurve
}

/** Validations are few: all of them are wanted. */
const ALL_POINTS = 5000

export function readRunFigures({ getRun, runDesk }: Pick<Services, 'getRun' | 'runDesk'>, run: string): RunFigures {
  const { config, summary } = getRun(run)
  const { series } = runDesk.metrics(run, 0, ALL_POINTS)
  const memory = series
    .filter(({ name }) => name === 'peakMemoryMb')
    .flatMap(({ points }) => points.map(([, mb]) => mb))
  return {
    terms: termsOf(config, summary.stages),
    cost: {
      seconds: runDesk.workedSeconds(run),
      patches: patchesBefore(config, summary.stages, null),
      peakMemoryMb: memory.length > 0 ? Math.max(...memory) : null,
    },
    curve: curveOf(run, series, config, summary.stages),
  }
}

export function termsOf({ stage1, stage2 }: RunConfig, stages: Stages): StudyTerms {
  const planned = plannedStages(stages)
  const inStage = (stage: 1 | 2, on: boolean): boolean | null => (planned.includes(stage) ? on : null)
  const isOn = ({ enabled, weight }: { enabled: boolean; weight: number }): boolean => enabled && weight > 0
  return {
    sharedStart: planned.length === 1 && planned[0] === 0 ? null : planned.includes(0),
    predictionDifference: inStage(1, isOn(stage1.predictionDifference)),
    featureDifference: inStage(1, isOn(stage1.featureDifference)),
    pseudoLabels: inStage(2, stage2.pseudoSupervision),
    predictionSimilarity: inStage(2, isOn(stage2.predictionSimilarity)),
    featureSimilarity: inStage(2, isOn(stage2.featureSimilarity)),
  }
}

/** Of each dataset: an update has `batch` patches, and a step as many updates as there are datasets. @param stage null: all */
function patchesBefore(config: RunConfig, stages: Stages, stage: number | null): number {
  const planned = plannedStages(stages)
  const before = stage === null ? planned : planned.filter((each) => each < stage)
  return before.reduce<number>((sum, each) => sum + config[phaseOf(each)].steps * config.optimiser.batch, 0)
}

function curveOf(run: string, series: readonly Series[], config: RunConfig, stages: Stages): StudyCurve {
  return {
    run,
    stages: plannedStages(stages).flatMap((stage) => {
      const scored = series.filter((each) => each.name === 'validation.dice' && each.stage === stage && each.organ)
      const before = patchesBefore(config, stages, stage)
      const byStep = Map.groupBy(
        scored.flatMap(({ points }) => points),
        ([step]) => step,
      )
      const points = [...byStep]
        .sort(([a], [b]) => a - b)
        .map(([step, found]): [number, number] => [
          before + step * config.optimiser.batch,
          meanOf(found.map(([, dice]) => dice)) ?? 0,
        ])
      return points.length > 0 ? [{ stage, points }] : []
    }),
  }
}
