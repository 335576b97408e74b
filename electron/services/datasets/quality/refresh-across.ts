// What is said of a dataset because of the others is said anew whenever one of them comes, changes or goes.
import { listDatasetNames, readDataset, saveDataset } from '../../workspace/dataset-store.ts'
import type { Workspace } from '../../workspace/open-workspace.ts'
import { withAcross } from './quality-findings.ts'

/**
 * @param changed the dataset that is settled already, so that the others are looked at; null: all of them
 * @param isBusy datasets that a task works on are left alone: their own registration looks at all others
 * @returns names of those that were saved again
 */
export function refreshAcross(
  workspace: Workspace,
  changed: string | null,
  isBusy: (name: string) => boolean = () => false,
): string[] {
  const all = listDatasetNames(workspace).map((name) => readDataset(workspace, name))
  return all.flatMap((dataset) => {
    if (dataset.name === changed || isBusy(dataset.name)) return []
    const others = all.filter((other) => other !== dataset)
    const fresh = withAcross(dataset, others)
    if (fresh === dataset) return []
    saveDataset(workspace, fresh)
    return [dataset.name]
  })
}
