// Trains a stage in as many processes as there are devices. With one it is the plain loop; with several the same loop
// runs in each, and the result is the same bytes (docs/decisions/0013-several-processes.md).
import { modelCount } from '../../contract/planned-stages.ts'
import type { Objective } from '../stages/objective.ts'
import { disposeModels, type StageModel } from '../stages/stage-model.ts'
import { trainStage, type StageSetup } from '../stages/train-stage.ts'
import { jobCards } from '../tensor/job-cards.ts'
import { usedDevice } from '../tensor/used-device.ts'
import { startPeers } from './lead-peers.ts'
import type { PeerStart } from './messages.ts'
import { processCount, readsOtherWeights, shareModels } from './plan-shares.ts'

/**
 * Leaves no model behind: what comes next reads their weights from disk.
 * @param models all models of the stage, as they begin
 * @throws as trainStage
 */
export async function trainSpread(
  setup: StageSetup,
  models: readonly StageModel[],
  objective: Objective,
): Promise<void> {
  const { stage, study, config } = setup
  const size = processCount(config, stage, study.datasets.length, jobCards().length)
  sayWhyAlone(setup)
  try {
    if (size === 1) await trainStage(setup, models, objective)
    else await leadProcesses(setup, models, objective, shareModels(modelCount(stage, study.datasets.length), size))
  } finally {
    disposeModels(models)
  }
}

function sayWhyAlone({ stage, config, journal }: StageSetup): void {
  const wanted = config.runtime.processes === 'auto' ? jobCards().length : config.runtime.processes
  if (wanted < 2 || !readsOtherWeights(config, stage)) return
  const message = `Stage ${stage} trains in one process: its models ask each other at every patch.`
  journal.append({ type: 'log', level: 'info', message })
}

async function leadProcesses(
  setup: StageSetup,
  models: readonly StageModel[],
  objective: Objective,
  shares: readonly (readonly number[])[],
): Promise<void> {
  const { journal } = setup
  const starts = shares.slice(1).map((indices, i) => describeStart(setup, models, i + 1, shares.length, indices))
  const peers = await startPeers(starts, environmentOf)
  const devices = [usedDevice(), ...peers.devices]
  journal.append({ type: 'device', devices, threads: Number(process.env['TF_NUM_INTRAOP_THREADS']) })
  const own = models.filter(({ index }) => shares[0]!.includes(index))
  // The others have theirs by now; on a card their room is needed.
  disposeModels(models.filter((model) => !own.includes(model)))
  try {
    await trainStage(setup, own, objective, peers)
    await peers.end()
  } finally {
    peers.kill()
  }
}

function describeStart(
  { stage, folder, plan, config, patches, validation, until }: StageSetup,
  models: readonly StageModel[],
  rank: number,
  size: number,
  indices: readonly number[],
): PeerStart {
  const weights = indices.map((index) => {
    const { parameters } = models[index]!
    return new Map(
      [...parameters].map(([name, variable]) => [
        name,
        { shape: variable.shape, data: variable.dataSync() as Float32Array },
      ]),
    )
  })
  return { rank, size, indices, weights, stage, folder, plan, config, patches, validation, until }
}

/** Its own card, in turn where there are more processes than cards; everything else as in this process. */
function environmentOf(rank: number): NodeJS.ProcessEnv {
  const cards = jobCards()
  const card = cards[rank % Math.max(1, cards.length)]
  return card ? { ...process.env, CUDA_VISIBLE_DEVICES: card.uuid } : process.env
}
