// What a prediction or an export wrote, as text.
import type { PredictionResult } from '../../../contract/commands.ts'
import { count, type Style } from './text.ts'

export function renderPrediction(
  { labelMaps, failures, output, run, stage, model }: PredictionResult,
  style: Style,
): string {
  return [
    `${count(labelMaps.length, 'segmentation')} by run ${style.bold(run)}, stage ${stage}, model ${model}, in ${output}`,
    ...failures.map((failure) => `${style.yellow('warning')}  ${failure}`),
  ].join('\n')
}
