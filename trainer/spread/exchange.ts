// What the processes of a stage tell each other: after a step, after a validation, and for a checkpoint.
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { mergeStages, saveStage, type StageState } from '../checkpoint/checkpoint.ts'
import type { NamedArray } from '../model-files/safetensors.ts'
import type { AccuracyTable, Objective } from '../stages/objective.ts'
import type { PreviewedCase } from '../stages/slice-preview.ts'
import type { StageMetrics } from '../stages/stage-metrics.ts'
import type { StageModel } from '../stages/stage-model.ts'
import type { ValidationCase } from '../stages/validate.ts'
import type { Peers } from './peers.ts'

type Added = Parameters<StageMetrics['add']>

/** Metrics that also keep what was added since the last step, for the process that writes them down. */
export interface SharedMetrics extends StageMetrics {
  takeAdded(): Added[]
}

export function shareMetrics(metrics: StageMetrics): SharedMetrics {
  let added: Added[] = []
  return {
    ...metrics,
    add(...what) {
      metrics.add(...what)
      added.push(what)
    },
    takeAdded() {
      const taken = added
      added = []
      return taken
    },
  }
}

/** After a step: what the models learned of organs becomes known to all of them, and their numbers to the leader. */
export async function exchangeStep(peers: Peers, objective: Objective, metrics: SharedMetrics): Promise<void> {
  const said = await peers.gather({ news: objective.takeNews(), added: metrics.takeAdded() })
  objective.hear(said.map(({ news }) => news))
  said.forEach(({ added }, rank) => {
    if (rank !== peers.rank) added.forEach((what) => metrics.add(...what))
  })
  metrics.takeAdded()
}

export interface Preview {
  readonly validation: ValidationCase
  readonly previewed: PreviewedCase
}

/** The scores of all models, and of each previewed case what all of them predict. */
export async function exchangeValidation(
  peers: Peers,
  table: AccuracyTable,
  previews: readonly Preview[],
): Promise<{ table: AccuracyTable; previews: Preview[] }> {
  const said = await peers.gather({ scores: [...table], previews })
  const cases = new Map<string, Preview>()
  for (const each of said.flatMap((one) => one.previews)) {
    const key = `${each.validation.dataset} ${each.validation.caseId}`
    const known = cases.get(key)?.previewed.predictions ?? []
    const predictions = [...known, ...each.previewed.predictions]
    cases.set(key, { ...each, previewed: { ...each.previewed, predictions } })
  }
  return { table: new Map(said.flatMap(({ scores }) => scores)), previews: [...cases.values()] }
}

/** One file, whoever has the models: a run goes on from it with any number of processes. */
export async function saveTogether(
  peers: Peers,
  path: string,
  models: readonly StageModel[],
  memory: ReadonlyMap<string, NamedArray>,
  state: StageState,
): Promise<void> {
  if (peers.size === 1) {
    await saveStage(path, models, memory, state)
    return removeParts(path)
  }
  const part = (rank: number): string => `${path}.part${rank}`
  await saveStage(part(peers.rank), models, new Map(), state)
  await peers.gather(null)
  if (peers.rank !== 0) return
  const parts = Array.from({ length: peers.size }, (_, rank) => part(rank))
  await mergeStages(path, parts, memory, state)
  await removeParts(path)
}

/** Also those of more processes than now, which were ended between their parts and the whole. */
async function removeParts(path: string): Promise<void> {
  const left = (await readdir(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.part`))
  for (const name of left) await rm(join(dirname(path), name))
}
