// What tests of real, tiny trainings read out of them: losses, organs, accepted pseudo labels.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { StageNumber } from '../../contract/run-config.ts'
import { readZarrAttributes } from '../../trainer/imaging/zarr-group.ts'
import type { TinyStudy } from './tiny-study.ts'
import { runFolderOf, trainTiny, type Training } from './train-tiny.ts'

/** Metrics are written every ten steps. */
const tenSteps = ['stage1.steps=10', 'stage2.steps=10', 'stage1.validateEvery=10', 'stage2.validateEvery=10']

export const trainTenSteps = (
  tiny: TinyStudy,
  name: string,
  datasets: string[],
  set: readonly string[],
  stages?: '1' | '2',
  stage1From?: string,
): Promise<Training> =>
  trainTiny(tiny.services, {
    name,
    datasets,
    set: [...tenSteps, ...set],
    ...(stages ? { stages } : {}),
    ...(stage1From ? { stage1From } : {}),
  })

export const lossesOf = ({ metrics }: Training, stage: StageNumber): string[] =>
  [...new Set(metrics.filter((metric) => metric.stage === stage).map(({ name }) => name))]
    .filter((name) => name.startsWith('loss.'))
    .sort()

/** Organs that a model met on patches of its own dataset, in true or pseudo labels. */
export const organsMet = ({ metrics }: Training, stage: 1 | 2, model: number): Set<string | null> =>
  new Set(
    metrics
      .filter((metric) => metric.name === 'dice' && metric.stage === stage && metric.model === model)
      .map(({ organ }) => organ),
  )

export async function acceptedOf(tiny: TinyStudy, name: string, dataset: string, caseId: string): Promise<string[]> {
  const folder = join(runFolderOf(tiny.services, name), 'pseudo-labels', dataset, `${caseId}.zarr`)
  const { organs } = tiny.services.getRun(name).summary
  const { acceptedClasses } = await readZarrAttributes(folder)
  return (acceptedClasses as number[]).map((unionClass) => organs[unionClass - 1]!)
}

export const labelledCases = (tiny: TinyStudy, name: string, dataset: string): string[] =>
  readdirSync(join(runFolderOf(tiny.services, name), 'pseudo-labels', dataset)).map((file) => file.replace('.zarr', ''))
