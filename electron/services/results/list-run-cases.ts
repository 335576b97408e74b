// Cases that a run can segment for export: those that it was trained on, and those of every other registered dataset.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RunCases } from '../../../contract/output.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { usableCases } from '../datasets/availability.ts'
import { listDatasetNames, readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readRun } from '../workspace/run-store.ts'

/** The run's own datasets first, in its order. @throws OrganMosaicError `not-found` without the run */
export function listRunCases(workspace: Workspace, run: string): RunCases {
  const { datasets } = readRun(workspace, run)
  const own = datasets.map(({ name, root, cases }) => ({ name, root, cases, trained: true }))
  const others = listDatasetNames(workspace)
    .filter((name) => !own.some((dataset) => dataset.name === name))
    .map((name) => readDataset(workspace, name))
    .map((dataset) => ({ name: dataset.name, root: dataset.root, cases: usableCases(dataset), trained: false }))
  return [...own, ...others].map(({ name, root, cases, trained }) => ({
    dataset: name,
    trained,
    cases: cases.map(({ id, images }) => ({
      caseId: id,
      imageThere: images.every((image) => existsSync(pathOf(join(root, image)))),
    })),
  }))
}
