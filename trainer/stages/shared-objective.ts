// Before the stages: one network on the union of the organs, supervised by the true labels of all datasets through the
// marginal loss. A rival of the method by itself, and where both of its stages may start.
import type { Shape } from '../../contract/geometry.ts'
import type { Study } from '../labels/study.ts'
import { differentiatePatch, supervisedLoss } from './differentiate.ts'
import type { Objective, PatchOutcome } from './objective.ts'
import { singleOrganDice } from './stage1-objective.ts'

export function createSharedObjective(study: Study, shape: Shape): Objective {
  return {
    learn(model, { patch }) {
      let dice: PatchOutcome['dice'] = []
      const outcome = differentiatePatch(model, patch, shape, (output) => {
        dice = singleOrganDice(model, patch, output, study.classCount)
        return [{ name: 'loss.supervised', weight: 1, value: supervisedLoss(model, output, patch, shape) }]
      })
      return outcome && { ...outcome, dice }
    },
    onValidation() {},
    takeCounters: () => [],
    save: () => ({ arrays: new Map(), state: {} }),
    restore() {},
  }
}
