// How numbers and names are written in the report; the same on every machine, whatever its language.
import type { ReportEntry, ResultMetric } from '../../../../contract/results.ts'

const digits: Record<ResultMetric, number> = { dice: 3, hd95Mm: 1, nsd: 3 }

export const metricName: Record<ResultMetric, string> = {
  dice: 'Dice',
  hd95Mm: 'HD95 (mm)',
  nsd: 'NSD',
}

export const formatMetric = (value: number | null, metric: ResultMetric): string =>
  value === null ? '-' : value.toFixed(digits[metric])

export const formatSigned = (value: number | null, metric: ResultMetric): string =>
  value === null ? '-' : `${value > 0 ? '+' : ''}${value.toFixed(digits[metric])}`

export const formatMl = (value: number | null): string => (value === null ? '-' : value.toFixed(1))

export const formatP = (p: number | null): string => (p === null ? '-' : p < 0.001 ? '< 0.001' : p.toFixed(3))

/** @example 'demo, stage 2, all models averaged' */
export const nameOf = ({ run, stage, model }: ReportEntry): string => `${run}, stage ${stage}, ${modelName(model)}`

export function modelName(model: ReportEntry['model']): string {
  if (model === 'ensemble') return 'all models averaged'
  return model === 'pseudo' ? 'pseudo labels' : `model ${model}`
}

/** 2026-11-25 15:24 UTC */
export const formatTime = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
