// What a prediction or an export wrote, as text.
import type { PredictionResult } from '../../../contract/commands.ts'
import { describeCheck, OUTPUT_FORMATS } from '../../../contract/output.ts'
import { count, type Style } from './text.ts'

export function renderPrediction(
  { outputs, failures, identifiers, output, run, stage, model }: PredictionResult,
  style: Style,
): string {
  const cases = new Set(outputs.map(({ caseId }) => caseId)).size
  return [
    `${count(cases, 'segmentation')} by run ${style.bold(run)}, stage ${stage}, model ${model}, in ${output}`,
    ...outputs.map(({ caseId, format, check }) => `${caseId}  ${OUTPUT_FORMATS[format].name}: ${describeCheck(check)}`),
    ...[...failures, ...identifiers].map((sentence) => `${style.yellow('warning')}  ${sentence}`),
  ].join('\n')
}
