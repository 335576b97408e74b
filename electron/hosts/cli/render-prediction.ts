// What a prediction or an export wrote, as text.
import type { PredictionResult } from '../../../contract/commands.ts'
import { count, type Style } from './text.ts'

export function renderPrediction(
  { files, failures, output, run, stage, model }: PredictionResult,
  style: Style,
): string {
  const maps = files.filter((file) => /\.nii(\.gz)?$/.test(file)).length
  return [
    `${count(maps, 'segmentation')} by run ${style.bold(run)}, stage ${stage}, model ${model}, in ${output}`,
    ...failures.map((failure) => `${style.yellow('warning')}  ${failure}`),
  ].join('\n')
}
