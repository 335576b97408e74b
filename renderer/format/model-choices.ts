// The models of a run to choose from, of one stage.
import type { ModelChoice } from '../../contract/job.ts'
import { modelCount } from '../../contract/planned-stages.ts'
import type { StageNumber } from '../../contract/run-config.ts'

/** @param datasets names, in the order of the models */
export function modelChoices(stage: StageNumber, datasets: readonly string[]): { value: ModelChoice; label: string }[] {
  if (modelCount(stage, datasets.length) === 1) return [{ value: 'ensemble', label: 'The one network' }]
  const single = datasets.map((name, index) => ({ value: index + 1, label: `Model ${index + 1}, of ${name}` }))
  return [{ value: 'ensemble', label: 'All models averaged' }, ...single]
}
