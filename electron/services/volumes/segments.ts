// What the values of a layer stand for, with names and colours as everywhere else.
import type { Segment } from '../../../contract/api/volumes.ts'
import type { Case } from '../../../contract/case.ts'
import type { Dataset, Label } from '../../../contract/dataset.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { keptOrganColor } from '../../../contract/kept-organ-color.ts'
import { sidedKey, SIDES } from '../../../contract/label-treatment.ts'
import type { Organ, OrganId } from '../../../contract/organ.ts'

export type OrganTable = ReadonlyMap<OrganId, Organ>

/** Provenance as it is shown: models keep their numbers, which go up to 9, and the shared network has the next. */
export const PROVENANCE = { truth: 11, ignored: 12 } as const

/** Apart for colour-blind eyes; position = model - 1. */
const MODEL_COLORS = [
  '#56b4e9',
  '#e69f00',
  '#cc79a7',
  '#f0e442',
  '#d55e00',
  '#0072b2',
  '#9ad1f2',
  '#ffcf66',
  '#e5b3d1',
  '#7f6ad0',
]
const HEAT = ['#f0e442', '#e69f00', '#d55e00', '#c1272d', '#a01028', '#800d3a', '#600d45', '#400d50']
const TRUTH_COLOR = '#009e73'
const IGNORED_COLOR = '#8c8c8c'

const nameOf = (organ: OrganId, table: OrganTable): string => table.get(organ)?.name ?? organ
const colorOf = (organ: OrganId, table: OrganTable): string => table.get(organ)?.color ?? keptOrganColor(organ)

const segmentOf = (value: number, organs: readonly OrganId[], table: OrganTable): Segment => ({
  value,
  organs: [...organs],
  name: organs.map((organ) => nameOf(organ, table)).join(' + '),
  color: colorOf(organs[0], table),
})

/** Label key -> value in the layer of true labels: that of a label map, or 1, 2, ... for the mask files in their order. */
export function truthValues(dataset: Dataset, entry: Case): Map<string, number> {
  const splits = new Set(entry.labels.flatMap(({ split }) => split ?? []).map(({ key }) => key))
  const masks = entry.labels.flatMap((source) => (source.kind === 'mask' ? [source.labelKey] : []))
  const wholes = masks.length > 0 ? masks : dataset.labels.map(({ key }) => key).filter((key) => /^[1-9]\d*$/.test(key))
  const values = new Map(wholes.map((key, at) => [key, masks.length > 0 ? at + 1 : Number(key)]))
  let free = Math.max(0, ...values.values(), ...[...splits].map(Number).filter(Number.isFinite))
  for (const key of splits) {
    values.delete(key)
    for (const side of SIDES) values.set(sidedKey(key, side), ++free)
  }
  return values
}

export function truthSegments(dataset: Dataset, entry: Case, table: OrganTable): Segment[] {
  const byKey = new Map(dataset.labels.map((label) => [label.key, label]))
  return [...truthValues(dataset, entry)].flatMap(([key, value]) => {
    const label = byKey.get(key)
    return label ? [labelSegment(value, label, table)] : []
  })
}

/** A merged label is called as the dataset calls it when it stands for many organs. */
function labelSegment(value: number, label: Label, table: OrganTable): Segment {
  const known = segmentOf(value, label.organs, table)
  const segment = label.color && !table.has(label.organs[0]) ? { ...known, color: label.color } : known
  return label.organs.length > 2 ? { ...segment, name: label.sourceName } : segment
}

/** A prediction's values are the positions of a run's organs, from 1. */
export const predictionSegments = (job: TrainJob): Segment[] => {
  const table = organTable(job.vocabulary)
  return job.organs.map((organ, at) => segmentOf(at + 1, [organ], table))
}

/** As a prediction, and one value beyond for what is ignored. */
export const pseudoSegments = (job: TrainJob): Segment[] => [
  ...predictionSegments(job),
  { value: job.organs.length + 1, organs: [], name: 'Ignored', color: IGNORED_COLOR },
]

export const provenanceSegments = (job: TrainJob): Segment[] => [
  { value: PROVENANCE.truth, organs: [], name: 'True label', color: TRUTH_COLOR },
  ...job.datasets.map(({ name }, at) => ({
    value: at + 1,
    organs: [],
    name: `Model ${at + 1} (${name})`,
    color: MODEL_COLORS[at],
  })),
  ...(job.config.pseudoLabels.teachers === 'stage1' ? [] : [sharedNetworkSegment(job.datasets.length)]),
  { value: PROVENANCE.ignored, organs: [], name: 'Ignored', color: IGNORED_COLOR },
]

const sharedNetworkSegment = (datasets: number): Segment => ({
  value: datasets + 1,
  organs: [],
  name: 'Shared network',
  color: MODEL_COLORS[datasets],
})

/** @param models how many were compared */
export const disagreementSegments = (models: number): Segment[] =>
  Array.from({ length: models - 1 }, (_, at) => ({
    value: at + 1,
    organs: [],
    name: at === 0 ? `1 of ${models} differs` : `${at + 1} of ${models} differ`,
    color: HEAT[Math.min(at, HEAT.length - 1)],
  }))

export const organTable = (organs: readonly Organ[]): OrganTable => new Map(organs.map((organ) => [organ.id, organ]))
