// Registered datasets as folders of the workspace: datasets/NAME/dataset.json.
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatasetSchema, type Dataset } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'
import { nearestName } from './nearest-name.ts'
import type { Workspace } from './open-workspace.ts'
import { bringPatientForward, openPatientKey } from './patient-key.ts'
import { emptyTrash, findInTrash, moveToTrash, takeFromTrash } from './trash.ts'

/** A removal can be taken back for this long. */
const REMOVED_KEPT_MS = 24 * 60 * 60 * 1000

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
  if (names.includes(name)) return { ...forward(workspace, readJsonFile(fileOf(workspace, name), DatasetSchema)), name }
  throw new OrganMosaicError(
    'not-found',
    `No dataset is called ${name}${nearestName(name, names)}; organ-mosaic datasets lists them, organ-mosaic register adds one.`,
  )
}

/** Patients that an earlier version hashed are compared with those of today; they are saved with the next change. */
function forward({ home }: Workspace, dataset: Dataset): Dataset {
  if (dataset.layout !== 'dicom') return dataset
  return { ...dataset, cases: dataset.cases.map((each) => bringPatientForward(each, () => openPatientKey(home))) }
}

/** Alphabetical. */
export function listDatasetNames(workspace: Workspace): string[] {
  return readdirSync(workspace.datasets)
    .filter((name) => hasDataset(workspace, name))
    .sort()
}

/** @throws OrganMosaicError `not-found`, `conflict` when the new name is taken */
export function renameDataset(workspace: Workspace, from: string, to: string): Dataset {
  const dataset = { ...readDataset(workspace, from), name: to }
  refuseOccupied(workspace, to, from)
  // The folder's name counts (readDataset): between these two lines the dataset has its new name already.
  renameSync(join(workspace.datasets, from), join(workspace.datasets, to))
  saveDataset(workspace, dataset)
  return dataset
}

/** Takes a dataset off the list and keeps it aside. @returns the id of the removal. @throws OrganMosaicError `not-found` */
export function removeDataset(workspace: Workspace, name: string): string {
  readDataset(workspace, name)
  emptyTrash(workspace, 'datasets', REMOVED_KEPT_MS)
  return moveToTrash(workspace, 'datasets', join(workspace.datasets, name))
}

/** @throws OrganMosaicError `not-found` when it is too late, `conflict` when the name has been taken since */
export function restoreDataset(workspace: Workspace, removed: string): Dataset {
  const found = findInTrash(workspace, 'datasets', removed)
  if (found === null) {
    throw new OrganMosaicError('not-found', 'This removal cannot be taken back any more; register the folder again.')
  }
  refuseOccupied(workspace, found.name)
  takeFromTrash(found, join(workspace.datasets, found.name))
  return readDataset(workspace, found.name)
}

/** Names that differ in capitals only are one folder on many disks. */
function refuseOccupied(workspace: Workspace, name: string, except?: string): void {
  const taken = readdirSync(workspace.datasets).find(
    (other) => other !== except && other.toLowerCase() === name.toLowerCase(),
  )
  if (taken === undefined) return
  throw new OrganMosaicError('conflict', `There is a dataset ${taken} already; choose another name.`)
}
