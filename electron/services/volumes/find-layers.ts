// Which layers a case has, each with the recipe of its voxels. Nothing is decoded here.
import { isAbsolute, join, relative } from 'node:path'
import type { Layer } from '../../../contract/api/volumes.ts'
import type { Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { ModelChoice, TrainJob } from '../../../contract/job.ts'
import { REPAIR_WORDS } from '../../../contract/label-treatment.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { drawnOver } from '../../../contract/overlap-rule.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import { repairsOf } from '../datasets/repairs.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, readRun } from '../workspace/run-store.ts'
import { hasPseudoLabels, pseudoRecipe } from './pseudo-label-files.ts'
import type { LabelFile, LabelsRecipe, Recipe } from './recipe.ts'
import type { FindPredictions, SavedPrediction } from './saved-predictions.ts'
import {
  disagreementSegments,
  organTable,
  predictionSegments,
  provenanceSegments,
  pseudoSegments,
  truthSegments,
  truthValues,
} from './segments.ts'

/** recipe: made when it is asked for, because it may find that something is missing. */
export type FoundLayer = { layer: Layer; recipe: () => Recipe }

export interface LayerContext {
  readonly workspace: Workspace
  readonly vocabulary: Vocabulary
  readonly findPredictions: FindPredictions
}

/** The image with its channels, the true labels, then run by run, newest first. */
export function findLayers(context: LayerContext, dataset: Dataset, entry: Case): FoundLayer[] {
  const runs = listRunNames(context.workspace).flatMap((name) => tryReadRun(context.workspace, name) ?? [])
  runs.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  const predictions = context.findPredictions(dataset.name, entry.id, entry.imageHash)
  return [
    ...dataset.channels.map((_, channel) => imageLayer(dataset, entry, channel)),
    ...repairLayers(context, dataset, entry),
    ...(entry.labels.length > 0 ? [truthLayer(context, dataset, entry)] : []),
    ...runs.flatMap((job) => [
      ...predictionLayers(
        job,
        entry,
        predictions.filter(({ run }) => run === job.name),
      ),
      ...pseudoLayers(context, job, dataset, entry),
    ]),
  ]
}

const fixed = { note: '', run: null, stage: null, model: null }

/** One a channel, called by its name where there are several. */
function imageLayer(dataset: Dataset, entry: Case, channel: number): FoundLayer {
  const { name, modality } = dataset.channels[channel]
  const recipe = (): Recipe => ({
    kind: 'image',
    path: insideOf(dataset, entry.images[channel] ?? ''),
    modality,
    intensity: entry.intensities[channel] ?? null,
  })
  const id = channel === 0 ? 'image' : `image:${channel + 1}`
  const title = dataset.channels.length === 1 ? 'Image' : name
  return { layer: { ...fixed, id, kind: 'image', title, part: title, segments: [] }, recipe }
}

function truthLayer({ vocabulary }: LayerContext, dataset: Dataset, entry: Case): FoundLayer {
  const segments = truthSegments(dataset, entry, organTable(vocabulary.organs))
  return {
    layer: { ...fixed, id: 'truth', kind: 'truth', title: 'True labels', part: 'True labels', segments },
    recipe: () => truthRecipe(dataset, entry),
  }
}

function truthRecipe(dataset: Dataset, entry: Case): LabelsRecipe {
  const over = drawnOver(entry.overlaps ?? [])
  const values = [...truthValues(dataset, entry)]
  const overlaps = values.flatMap(([key, shown]) =>
    values.flatMap(([other, hidden]) => (over(key, other) ? [[shown, hidden] as const] : [])),
  )
  return { kind: 'labels', sources: truthSources(dataset, entry), grid: entry.geometry, overlaps }
}

function truthSources(dataset: Dataset, entry: Case): LabelFile[] {
  const values = truthValues(dataset, entry)
  return entry.labels.map((source) => {
    const path = insideOf(dataset, source.path)
    const leftOut = source.kind === 'map' && source.leftOut
    if (source.split || source.repair || leftOut)
      return { root: dataset.root, source, values: Object.fromEntries(values) }
    return { path, value: source.kind === 'mask' ? (values.get(source.labelKey) ?? null) : null }
  })
}

/** A case whose labels lie beside its image: what each repair would make of them, to be looked at before it is chosen. */
function repairLayers({ vocabulary }: LayerContext, dataset: Dataset, entry: Case): FoundLayer[] {
  const segments = truthSegments(dataset, entry, organTable(vocabulary.organs))
  return repairsOf(entry).map((repair) => {
    const title = `Repair: ${REPAIR_WORDS[repair]}`
    const note = 'A preview: nothing is repaired until it is chosen on the page of the dataset.'
    return {
      layer: { ...fixed, id: `repair:${repair}`, kind: 'truth', title, part: title, note, segments },
      recipe: () => truthRecipe(dataset, { ...entry, labels: entry.labels.map((source) => ({ ...source, repair })) }),
    }
  })
}

function pseudoLayers({ workspace }: LayerContext, job: TrainJob, dataset: Dataset, entry: Case): FoundLayer[] {
  if (!hasPseudoLabels(workspace, job.name, dataset.name, entry.id)) return []
  const common = { run: job.name, stage: 1, model: null }
  return [
    {
      layer: {
        ...common,
        id: `pseudo:${job.name}`,
        kind: 'pseudo',
        title: `Pseudo labels, ${job.name}`,
        part: 'Pseudo labels',
        note: 'Shown on the image grid; they were made on a coarser one.',
        segments: pseudoSegments(job),
      },
      recipe: () => pseudoRecipe(workspace, job, dataset.name, entry, 'pseudo'),
    },
    {
      layer: {
        ...common,
        id: `provenance:${job.name}`,
        kind: 'provenance',
        title: `Provenance, ${job.name}`,
        part: 'Provenance',
        note: 'Where the target of each voxel in stage 2 came from, background included.',
        segments: provenanceSegments(job),
      },
      recipe: () => pseudoRecipe(workspace, job, dataset.name, entry, 'provenance'),
    },
  ]
}

function predictionLayers(job: TrainJob, entry: Case, predictions: readonly SavedPrediction[]): FoundLayer[] {
  const segments = predictionSegments(job)
  const own = predictions.map(({ stage, model, path }): FoundLayer => ({
    layer: {
      id: `prediction:${job.name}:${stage}:${model}`,
      kind: 'prediction',
      ...titles(job.name, stage, model),
      note: '',
      run: job.name,
      stage,
      model,
      segments,
    },
    recipe: () => ({ kind: 'labels', sources: [{ path, value: null }], grid: entry.geometry }),
  }))
  return [...own, ...disagreementLayers(job, entry, predictions)]
}

/** Of the numbered models of a stage: the ensemble is their mean and agrees with them by construction. */
function disagreementLayers(job: TrainJob, entry: Case, predictions: readonly SavedPrediction[]): FoundLayer[] {
  return ([2, 1] as const).flatMap((stage): FoundLayer[] => {
    const models = predictions.filter((each) => each.stage === stage && typeof each.model === 'number')
    if (models.length < 2) return []
    const layer: Layer = {
      id: `disagreement:${job.name}:${stage}`,
      kind: 'disagreement',
      title: `Disagreement, ${job.name} stage ${stage}`,
      part: `Disagreement, stage ${stage}`,
      note: `Between models ${models
        .map(({ model }) => model)
        .sort()
        .join(', ')}: how many differ from the answer given most often.`,
      run: job.name,
      stage,
      model: null,
      segments: disagreementSegments(models.length),
    }
    const paths = models.map(({ path }) => path)
    return [{ layer, recipe: () => ({ kind: 'disagreement', paths, grid: entry.geometry }) }]
  })
}

/** The shared network is one model, whose stage nobody has to know the number of. */
const titles = (run: string, stage: StageNumber, model: ModelChoice): Pick<Layer, 'title' | 'part'> =>
  stage === 0
    ? { title: `Shared network, ${run}`, part: 'Shared network' }
    : { title: `${predictor(model)}, ${run} stage ${stage}`, part: `${predictor(model)}, stage ${stage}` }

function predictor(model: ModelChoice): string {
  if (model === 'ensemble') return 'Ensemble'
  return model === 'pseudo' ? 'Pseudo labels as scored' : `Model ${model}`
}

/** @throws OrganMosaicError `invalid-data` for a path that leads out of the registered folder */
function insideOf({ root, name }: Dataset, path: string): string {
  const absolute = join(root, path)
  const inside = relative(root, absolute)
  if (path !== '' && inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return absolute
  throw new OrganMosaicError(
    'invalid-data',
    `Dataset ${name} names the file "${path}", which is not inside ${root}; register the dataset again.`,
  )
}

function tryReadRun(workspace: Workspace, name: string): TrainJob | null {
  try {
    return readRun(workspace, name)
  } catch {
    return null
  }
}
