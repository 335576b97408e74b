// A registered dataset as people ask for it: one line, or its sizes, organs, cases and findings.
import type { DatasetDetail, DatasetSummary } from '../../../contract/commands.ts'
import type { AvailabilityState, Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import type { OrganId } from '../../../contract/organ.ts'
import { stateOf, usableCases } from '../datasets/availability.ts'
import { delineatedOrgans } from '../runs/organ-union.ts'

type Spread<T> = { min: T; median: T; max: T }
type Triple = [number, number, number]

export function summariseDataset(dataset: Dataset): DatasetSummary {
  const count = (severity: string): number => dataset.findings.filter((finding) => finding.severity === severity).length
  return {
    name: dataset.name,
    role: dataset.role,
    modality: dataset.modality,
    channels: dataset.channels,
    layout: dataset.layout,
    root: dataset.root,
    registeredAt: dataset.registeredAt,
    cases: dataset.cases.length,
    usableCases: usableCases(dataset).length,
    organs: delineatedOrgans(dataset),
    errors: count('error'),
    warnings: count('warning'),
  }
}

export function describeDataset(dataset: Dataset): DatasetDetail {
  const cases = usableCases(dataset)
  const geometries = cases.flatMap(({ geometry }) => (geometry ? [geometry] : []))
  return {
    summary: summariseDataset(dataset),
    layoutReason: dataset.layoutReason,
    labels: dataset.labels,
    leftOut: dataset.leftOut ?? [],
    shape: spreadOfTriples(geometries.map(({ shape }) => shape)),
    spacingMm: spreadOfTriples(geometries.map(({ spacingMm }) => spacingMm)),
    organs: organRows(dataset, cases),
    cases: dataset.cases.map((item) => ({
      id: item.id,
      patient: item.patient,
      status: item.status,
      excludedReason: item.excludedReason,
      shape: item.geometry?.shape ?? null,
      spacingMm: item.geometry?.spacingMm ?? null,
      organs: Object.entries(item.availability)
        .filter(([, { state }]) => state !== 'unlabelled' && state !== 'absent')
        .map(([organ]) => organ)
        .sort(),
    })),
    findings: dataset.findings,
  }
}

function organRows(dataset: Dataset, cases: readonly Case[]): DatasetDetail['organs'] {
  const organs = new Set(dataset.labels.flatMap((label) => label.organs).concat(delineatedOrgans(dataset)))
  return [...organs].sort().map((organ) => {
    const states: Partial<Record<AvailabilityState, number>> = {}
    for (const item of cases) {
      const state = stateOf(organ, item)
      states[state] = (states[state] ?? 0) + 1
    }
    return { organ, states, volumeMl: spreadOf(volumesOf(cases, organ)) }
  })
}

/** Of whole organs only: a merged label or a cut organ says nothing about an organ's size. */
function volumesOf(cases: readonly Case[], organ: OrganId): number[] {
  return cases.flatMap(({ availability }) =>
    availability[organ]?.state === 'labelled' ? [availability[organ].volumeMl] : [],
  )
}

function spreadOf(values: readonly number[]): Spread<number> | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  // The lower of the two middle ones, so that a median shape is one of integers.
  return { min: sorted[0], median: sorted[Math.floor((sorted.length - 1) / 2)], max: sorted[sorted.length - 1] }
}

function spreadOfTriples(triples: readonly Triple[]): Spread<Triple> | null {
  const [z, y, x] = [0, 1, 2].map((axis) => spreadOf(triples.map((triple) => triple[axis])))
  if (!z || !y || !x) return null
  return { min: [z.min, y.min, x.min], median: [z.median, y.median, x.median], max: [z.max, y.max, x.max] }
}
