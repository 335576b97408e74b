// Before the stages: one network on the union of the organs, supervised by the true labels of all datasets through the
// marginal loss. A rival of the method by itself, and where both of its stages may start.
import type { Shape } from '../../contract/geometry.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Study } from '../labels/study.ts'
import { distilFeatures, distilOutputs, type Lessons } from '../losses/distillation.ts'
import { exclusionLoss } from '../losses/exclusion-loss.ts'
import { labelSetLoss } from '../losses/leaf-dice.ts'
import { segmentationLoss } from '../losses/segmentation-loss.ts'
import type { NetworkOutput } from '../network/unet.ts'
import type { Tensor2D } from '../tensor/tensorflow.ts'
import { differentiatePatch, projectSets, supervisedLoss, type LossPart } from './differentiate.ts'
import { noNews, type Objective, type PatchOutcome } from './objective.ts'
import { forTask } from './stage-model.ts'
import { singleOrganDice } from './stage1-objective.ts'
import { askTeachers, type Teachers } from './ask-teachers.ts'

export function createSharedObjective(
  study: Study,
  shape: Shape,
  { dice: diceOf, exclusion, distillation }: RunConfig['shared'],
  teachers: Teachers | null = null,
): Objective {
  const loss = diceOf === 'leaf' ? labelSetLoss : segmentationLoss

  function distillationParts({ logits, features }: NetworkOutput, lessons: Lessons): LossPart[] {
    const flat = logits[0]!.reshape([-1, study.classCount]) as Tensor2D
    const { outputs, features: weight } = distillation
    const parts = [{ name: 'loss.distillation', weight: outputs, value: distilOutputs(flat, lessons) }]
    if (weight === 0) return parts
    return [...parts, { name: 'loss.distilledFeatures', weight, value: distilFeatures(features, shape, lessons) }]
  }

  return {
    learn(shared, { patch, dataset }, { balance }) {
      const model = forTask(shared, dataset)
      const target = { codes: patch.codes, sets: projectSets(model, patch.sets) }
      const lessons = teachers && askTeachers(teachers, study, patch, shape)
      let dice: PatchOutcome['dice'] = []
      const outcome = differentiatePatch(model, patch, shape, (output) => {
        dice = singleOrganDice(model, patch, output, study.classCount)
        const parts: LossPart[] = [
          { name: 'loss.supervised', weight: 1, value: supervisedLoss(model, output, target, shape, balance, loss) },
        ]
        if (exclusion.enabled) {
          const logits = output.logits[0]!.reshape([-1, model.spec.classes]) as Tensor2D
          parts.push({ name: 'loss.exclusion', weight: exclusion.weight, value: exclusionLoss(logits, target) })
        }
        if (lessons) parts.push(...distillationParts(output, lessons))
        return parts
      })
      return outcome && { ...outcome, dice }
    },
    onValidation() {},
    takeNews: () => noNews,
    hear() {},
    takeCounters: () => [],
    save: () => ({ arrays: new Map(), state: {} }),
    restore() {},
  }
}
