// What a reader must know to judge and repeat the results: configuration, data, versions and seeds of every run.
import type { Dataset } from '../../../../contract/dataset.ts'
import type { TrainJob } from '../../../../contract/job.ts'
import { usableCases } from '../../datasets/availability.ts'
import { hasDataset, readDataset } from '../../workspace/dataset-store.ts'
import type { Workspace } from '../../workspace/open-workspace.ts'
import { readRun } from '../../workspace/run-store.ts'
import type { ChosenReports } from '../create-results.ts'

export interface ReportBackground {
  /** Null when the dataset is no longer registered. */
  readonly dataset: (Pick<Dataset, 'name' | 'role' | 'modality' | 'fingerprint'> & { cases: number }) | null
  readonly runs: readonly TrainJob[]
  /** Organ id -> as shown to people. */
  readonly organNames: ReadonlyMap<string, string>
}

export function describeForReport(workspace: Workspace, { dataset, reports }: ChosenReports): ReportBackground {
  const names = [...new Set(reports.flatMap((key) => key.split(':')[0] ?? []))]
  const runs = names.map((name) => readRun(workspace, name))
  const organs = runs.flatMap(({ vocabulary }) => vocabulary.map(({ id, name }) => [id, name] as const))
  return {
    dataset: hasDataset(workspace, dataset) ? summarise(readDataset(workspace, dataset)) : null,
    runs,
    organNames: new Map(organs),
  }
}

function summarise(dataset: Dataset): ReportBackground['dataset'] {
  const { name, role, modality, fingerprint } = dataset
  return { name, role, modality, fingerprint, cases: usableCases(dataset).length }
}
