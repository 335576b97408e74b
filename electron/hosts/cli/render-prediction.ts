// What a prediction or an export wrote, as text.
import type { PredictionResult } from '../../../contract/commands.ts'
import { describeCheck, OUTPUT_FORMATS } from '../../../contract/output.ts'
import { count, type Style } from './text.ts'

export function renderPrediction(
  { outputs, failures, output, run, stage, model }: PredictionResult,
  style: Style,
): string {
  const cases = new Set(outputs.map(({ caseId }) => caseId)).size
  return [
    `${count(cases, 'segmentation')} by run ${style.bold(run)}, stage ${stage}, model ${model}, in ${output}`,
    ...outputs.map(({ caseId, format, check }) => `${caseId}  ${OUTPUT_FORMATS[format].name}: ${describeCheck(check)}`),
    ...failures.map((failure) => `${style.yellow('warning')}  ${failure}`),
  ].join('\n')
}
