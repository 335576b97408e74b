// Models of a stage that start from one network meet now and then: each moves towards the mean of their weights.
// What one learnt from its own dataset reaches the others without a patch (elastic averaging, Zhang et al. 2015).
import type { RunConfig } from '../../contract/run-config.ts'
import { tf } from '../tensor/tensorflow.ts'
import type { StageModel } from './stage-model.ts'

type Consensus = RunConfig['stage2']['consensus']

/** Whether the models meet after a step, steps counted from 1. */
export function meetsAfter({ share, every, until }: Consensus, step: number, steps: number): boolean {
  return share > 0 && step % every === 0 && step <= until * steps
}

/** Heads are left out where the models know different organs. */
export function moveToMean(models: readonly StageModel[], share: number): void {
  const sameClasses = models.every(({ classes }) => String(classes) === String(models[0]!.classes))
  for (const name of models[0]!.parameters.keys()) {
    if (name.startsWith('head.') && !sameClasses) continue
    const variables = models.map(({ parameters }) => parameters.get(name)!)
    tf.tidy(() => {
      const pull = tf.addN(variables).mul(share / models.length)
      for (const variable of variables) variable.assign(variable.mul(1 - share).add(pull))
    })
  }
}
