// Registered datasets as folders of the workspace: datasets/NAME/dataset.json.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatasetSchema, type Dataset } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'
import { nearestName } from './nearest-name.ts'
import type { Workspace } from './open-workspace.ts'

const fileOf = (workspace: Workspace, name: string): string => join(workspace.datasets, name, 'dataset.json')

export function hasDataset(workspace: Workspace, name: string): boolean {
  return existsSync(fileOf(workspace, name))
}

export function saveDataset(workspace: Workspace, dataset: Dataset): void {
  writeJsonFile(fileOf(workspace, dataset.name), DatasetSchema.parse(dataset))
}

/** @throws OrganMosaicError `not-found` with the nearest name, `invalid-file` */
export function readDataset(workspace: Workspace, name: string): Dataset {
  const names = listDatasetNames(workspace)
  if (names.includes(name)) return { ...readJsonFile(fileOf(workspace, name), DatasetSchema), name }
  throw new OrganMosaicError(
    'not-found',
    `No dataset is called ${name}${nearestName(name, names)}; organ-mosaic datasets lists them, organ-mosaic register adds one.`,
  )
}

/** Alphabetical. */
export function listDatasetNames(workspace: Workspace): string[] {
  return readdirSync(workspace.datasets)
    .filter((name) => hasDataset(workspace, name))
    .sort()
}
