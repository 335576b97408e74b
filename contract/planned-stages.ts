// Which stages a job trains, in order, and what of its configuration each has.
import { StageNumberSchema, type RunConfig, type StageNumber, type Stages } from './run-config.ts'

export const plannedStages = (stages: Stages): StageNumber[] =>
  stages.split(',').map((stage) => StageNumberSchema.parse(Number(stage)))

/** How many models a stage has: the shared network is one, the others have one a dataset. */
export const modelCount = (stage: StageNumber, datasets: number): number => (stage === 0 ? 1 : datasets)

/** Whether the shared network learns from the models of stage 1, and so after them. */
export const distils = ({ stages, config }: { stages: Stages; config: Pick<RunConfig, 'shared'> }): boolean =>
  plannedStages(stages).includes(0) && config.shared.distillation.enabled

/** Whether stage 2 learns from pseudo labels on disk. */
export const storesPseudoLabels = ({ stage2, pseudoLabels }: Pick<RunConfig, 'stage2' | 'pseudoLabels'>): boolean =>
  stage2.pseudoSupervision && pseudoLabels.source === 'stored'

/** The folder that holds the models of a stage of a run: its own, or that of the run whose stage 1 it took over. */
export const folderOfStage = (
  { stages, stage1From }: { stages: Stages; stage1From: string | null },
  folder: string,
  stage: StageNumber,
): string => (plannedStages(stages).includes(stage) ? folder : (stage1From ?? folder))

/** The stages whose models a run has, also those that it took over from another run; the last one first. */
export const usableStages = (stages: Stages): StageNumber[] =>
  stages === '2' ? [2, 1] : plannedStages(stages).reverse()

/** What every stage has. */
export type StageBasics = Pick<
  RunConfig['shared'],
  | 'steps'
  | 'validateEvery'
  | 'earlyStopPatience'
  | 'learningRate'
  | 'finalLearningRate'
  | 'classBalance'
  | 'balanceUntil'
>

export function stageSettings(config: RunConfig, stage: StageNumber): StageBasics {
  return stage === 0 ? config.shared : stage === 1 ? config.stage1 : config.stage2
}

/** As the journal calls it. */
export const phaseOf = (stage: StageNumber): 'shared' | 'stage1' | 'stage2' =>
  stage === 0 ? 'shared' : stage === 1 ? 'stage1' : 'stage2'
