// How many processes a stage is trained by, and which models each of them has.
import { modelCount } from '../../contract/planned-stages.ts'
import type { RunConfig, StageNumber } from '../../contract/run-config.ts'

/** @param cards graphics cards that this job may use */
export function processCount(config: RunConfig, stage: StageNumber, datasets: number, cards: number): number {
  const { processes } = config.runtime
  const wanted = processes === 'auto' ? Math.max(1, cards) : processes
  return readsOtherWeights(config, stage) ? 1 : Math.min(wanted, modelCount(stage, datasets))
}

/** Then the models cannot be apart: weights are too much to exchange at every step. */
export function readsOtherWeights(config: RunConfig, stage: StageNumber): boolean {
  if (stage !== 2) return false
  const { predictionSimilarity, pseudoSupervision } = config.stage2
  const asksPeers = predictionSimilarity.enabled && predictionSimilarity.reading === 'peer'
  return asksPeers || (pseudoSupervision && config.pseudoLabels.source === 'online')
}

/** Neighbours stay together, so that the models of all processes, one after the other, are in their usual order. */
export function shareModels(models: number, processes: number): number[][] {
  const start = (rank: number): number => Math.floor((rank * models) / processes)
  return Array.from({ length: processes }, (_, rank) =>
    Array.from({ length: start(rank + 1) - start(rank) }, (_, i) => start(rank) + i),
  )
}
