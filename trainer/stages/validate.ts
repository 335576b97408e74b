// Held-back cases of every dataset, scored on the preprocessed grid for the organs that are labelled in them.
import type { Plan } from '../../contract/plan.ts'
import { predictCase } from '../inference/predict-case.ts'
import { codebookClasses, type Study } from '../labels/study.ts'
import { patchDice } from '../losses/patch-dice.ts'
import { openPreprocessed } from '../preprocessing/preprocessed-store.ts'
import { accuracyKey, type AccuracyTable } from './objective.ts'
import type { PreviewedCase } from './slice-preview.ts'
import type { TrainedModel } from './stage-model.ts'

export interface ValidationCase {
  readonly dataset: number
  readonly caseId: string
  readonly folder: string
}

/** Union class of the likeliest channel of each voxel. */
export function argmaxClasses(probabilities: Float32Array, classes: readonly number[]): Int32Array {
  const voxels = probabilities.length / classes.length
  const best = new Int32Array(voxels)
  for (let v = 0, at = 0; v < voxels; v++, at += classes.length) {
    let channel = 0
    for (let c = 1; c < classes.length; c++) if (probabilities[at + c]! > probabilities[at + channel]!) channel = c
    best[v] = classes[channel]!
  }
  return best
}

/**
 * Mean Dice of each model on each organ over the cases that can judge it.
 * @param onCase called after each case with what was predicted
 * @param usesCase which cases a model is scored on (a POS model: its own dataset's)
 */
export async function validateModels(
  models: readonly TrainedModel[],
  cases: readonly ValidationCase[],
  usesCase: (model: TrainedModel, validation: ValidationCase) => boolean,
  study: Study,
  plan: Plan,
  overlap: number,
  onCase: (validation: ValidationCase, previewed: PreviewedCase) => Promise<void> | void,
): Promise<AccuracyTable> {
  const scores = new Map<string, number[]>()
  for (const validation of cases) {
    const users = models.filter((model) => usesCase(model, validation))
    if (users.length === 0) continue
    const stored = await openPreprocessed(validation.folder)
    const caseEntry = study.datasets[validation.dataset]!.cases.find(({ id }) => id === validation.caseId)!
    const target = {
      codes: Int32Array.from(stored.labels),
      sets: codebookClasses(study, validation.dataset, caseEntry, stored.codebook),
    }
    const predictions: { model: number; classes: Int32Array }[] = []
    for (const model of users) {
      const predicted = argmaxClasses(predictCase(model, stored, plan, overlap), model.classes)
      for (const { classes, dice } of patchDice(predicted, target, study.classCount)) {
        if (classes.length !== 1 || !model.classes.includes(classes[0]!)) continue
        const key = accuracyKey(model.index, classes[0]!)
        scores.set(key, [...(scores.get(key) ?? []), dice])
      }
      predictions.push({ model: model.index, classes: predicted })
      // Lets signals and the journal's reader breathe between synchronous predictions.
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { caseId } = validation
    const { shape, image, labels, geometry } = stored
    await onCase(validation, {
      caseId,
      shape,
      spacingMm: geometry.spacingMm,
      image,
      labels,
      sets: target.sets,
      predictions,
    })
  }
  return new Map(
    [...scores].map(([key, values]) => [key, values.reduce((sum, value) => sum + value, 0) / values.length]),
  )
}

/** Mean over the organs that a model was scored on; -1 without any. */
export function meanAccuracy(table: AccuracyTable, model: number): number {
  const own = [...table].filter(([key]) => key.startsWith(`${model}.`)).map(([, value]) => value)
  return own.length === 0 ? -1 : own.reduce((sum, value) => sum + value, 0) / own.length
}
