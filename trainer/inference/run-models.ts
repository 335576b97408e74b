// The models of a trained run as one predictor of an image: one model, the fused partial models, or the ensemble.
import { folderOfStage } from '../../contract/planned-stages.ts'
import type { Plan } from '../../contract/plan.ts'
import { partsToKeep, type PostProcessing } from '../../contract/post-processing.ts'
import type { StageNumber } from '../../contract/run-config.ts'
import type { ModelChoice } from '../../contract/job.ts'
import type { Shape } from '../../contract/geometry.ts'
import { removeSmallParts } from '../imaging/connected-components.ts'
import type { Volume } from '../imaging/volume.ts'
import { loadStageModels, readTrainedRun } from '../jobs/trained-run.ts'
import type { Study } from '../labels/study.ts'
import type { PreprocessedImage } from '../preprocessing/preprocessed-case.ts'
import { restoreChannel, restoreToOriginal } from '../preprocessing/restore-to-original.ts'
import { labelRoot } from '../pseudo-labels/label-versions.ts'
import { readCalibration } from '../pseudo-labels/calibrate-models.ts'
import { disposeModels } from '../stages/stage-model.ts'
import { fusePartialModels, meanProbabilities } from './fuse.ts'
import { inferenceMirror } from './mirror.ts'
import { readPostProcessing } from './post-processing.ts'
import { predictCase } from './predict-case.ts'

export interface SegmentedImage {
  readonly labelMap: Volume<Uint8Array>
  /** Of a class, on the image's own grid; null unless it was asked to keep them */
  readonly probabilityOf: ((value: number) => Volume<Float32Array>) | null
}

export interface RunPredictor {
  readonly study: Study
  readonly plan: Plan
  readonly postProcessing: PostProcessing | null
  /** @returns probabilities [D, H, W, classCount] in the union's classes */
  predict(image: { readonly image: Float32Array; readonly shape: Shape }): Float32Array
  /** The union's classes on the image's own grid, small parts removed as the run's validation cases advised. */
  segment(image: PreprocessedImage, keepProbabilities?: boolean): SegmentedImage
  dispose(): void
}

/**
 * @param choice a model number from 1, or 'ensemble': the calibrated fusion in stage 1, the mean in stage 2
 * @throws OrganMosaicError not-found when the stage was not trained
 */
export async function openRunPredictor(
  runFolder: string,
  stage: StageNumber,
  choice: Exclude<ModelChoice, 'pseudo'>,
): Promise<RunPredictor> {
  const { job, plan, study } = await readTrainedRun(runFolder)
  const stageFolder = folderOfStage(job, runFolder, stage)
  const all = await loadStageModels(stageFolder, study, stage, plan, job)
  const used = choice === 'ensemble' ? all : all.filter(({ index }) => index === choice - 1)
  const { temperatures } = await readCalibration(labelRoot(stageFolder, 0), all.length)
  const { overlap } = job.config.inference
  const mirror = inferenceMirror(study, job.config)
  const chosen = job.config.inference.postProcessing === 'auto' ? await readPostProcessing(runFolder) : null
  const postProcessing = chosen?.stage === stage ? chosen : null
  const keep = partsToKeep(postProcessing)
  const predictor: RunPredictor = {
    study,
    plan,
    postProcessing,
    predict(image) {
      const predictions = used.map((model) => ({
        index: model.index,
        classes: model.classes,
        competent: study.competentClasses[model.index] ?? [],
        probabilities: predictCase(model, image, plan, overlap, mirror),
        temperature: temperatures[model.index]!,
      }))
      if (stage !== 1) return meanProbabilities(predictions.map(({ probabilities }) => probabilities))
      return fusePartialModels(predictions, study.classCount)
    },
    segment(image, keepProbabilities = false) {
      const probabilities = predictor.predict(image)
      const labelMap = restoreToOriginal(probabilities, image, plan)
      removeSmallParts(labelMap.data, labelMap.geometry.shape, keep)
      const probabilityOf = (value: number) => restoreChannel(probabilities, value, study.classCount, image, plan)
      return { labelMap, probabilityOf: keepProbabilities ? probabilityOf : null }
    },
    dispose: () => disposeModels(all),
  }
  return predictor
}
