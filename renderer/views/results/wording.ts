// How results are written on the screen.
import { stageName } from '../../format/run-words.ts'
import type { ReportEntry, ResultMetric } from '../../../contract/results.ts'

export const METRICS: readonly { value: ResultMetric; label: string; about: string }[] = [
  { value: 'dice', label: 'Dice', about: 'Share of voxels in common, 1 is best' },
  { value: 'hd95Mm', label: 'HD95', about: '95th percentile of the distance between surfaces in mm, 0 is best' },
  { value: 'nsd', label: 'NSD', about: 'Share of the surfaces that agree within the tolerance, 1 is best' },
]

export const metricUnit: Record<ResultMetric, string> = { dice: 'Dice', hd95Mm: 'HD95 (mm)', nsd: 'NSD' }

const digits: Record<ResultMetric, number> = { dice: 3, hd95Mm: 1, nsd: 3 }

export const formatMetric = (value: number | null | undefined, metric: ResultMetric): string =>
  value === null || value === undefined ? '–' : value.toFixed(digits[metric])

export const formatSigned = (value: number | null, metric: ResultMetric): string =>
  value === null ? '–' : `${value > 0 ? '+' : ''}${value.toFixed(digits[metric])}`

export const formatMl = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value.toFixed(1)

export const formatP = (p: number | null): string => (p === null ? '–' : p < 0.001 ? '< 0.001' : p.toFixed(3))

function modelName({ stage, model }: Pick<ReportEntry, 'stage' | 'model'>): string {
  if (model === 'ensemble') return stage === 0 ? '' : 'all models'
  return model === 'pseudo' ? 'pseudo labels' : `model ${model}`
}

/** @example 'stage 2, all models', 'shared network' */
export const predictorName = (entry: Pick<ReportEntry, 'stage' | 'model'>): string =>
  [stageName(entry.stage).toLowerCase(), modelName(entry)].filter((part) => part !== '').join(', ')

/** What tells reports apart: parts that are the same for all of them are left out. */
export function shortNames(entries: readonly ReportEntry[]): string[] {
  const varies = (partOf: (entry: ReportEntry) => string): boolean => new Set(entries.map(partOf)).size > 1
  const parts: ((entry: ReportEntry) => string)[] = [
    ({ run }) => run,
    ({ stage }) => stageName(stage).toLowerCase(),
    modelName,
  ]
  const shown = parts.filter(varies)
  return entries.map((entry) =>
    (shown.length > 0 ? shown : parts)
      .map((part) => part(entry))
      .filter((part) => part !== '')
      .join(', '),
  )
}

/** The colour of the n-th chosen report, on the screen and in its plots. */
export const seriesColour = (index: number): string => `var(--series-${(index % 8) + 1})`

export const viewerLink = (dataset: string, caseId: string, run: string, organ: string | null) => ({
  name: 'case',
  params: { dataset, caseId },
  query: { run, ...(organ === null ? {} : { organ }) },
})
