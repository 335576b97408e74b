// What the datasets, cases, patients, runs, folders and people of a workspace are called in a report. Numbers follow the
// order of their names: the same workspace gives the same ones.
import { hostname, tmpdir, userInfo } from 'node:os'
import { basename, join } from 'node:path'
import type { Dataset } from '../../../contract/dataset.ts'
import type { Job, JobDataset } from '../../../contract/job.ts'
import type { Settings } from '../../../contract/settings.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { homeFolder } from '../../../trainer/runtime/home-folder.ts'

export type Kind = 'dataset' | 'case' | 'patient' | 'run' | 'study' | 'organ' | 'place' | 'folder' | 'file'

export interface Pseudonyms {
  /** A new number for a name that was not met before. */
  readonly of: (kind: Kind, name: string) => string
  /** What must be replaced wherever it stands in a text; folders end a path. */
  readonly all: () => { name: string; called: string; isFolder: boolean }[]
  readonly listed: (kind: Kind) => { name: string; called: string }[]
}

export interface Named {
  readonly home: string
  readonly datasets: readonly Dataset[]
  readonly jobs: readonly Job[]
  /** Alphabetical. */
  readonly runs: readonly string[]
  readonly studies: readonly string[]
  readonly settings: Settings
  readonly ownOrgans: ReadonlySet<string>
}

export function createPseudonyms(named: Named): Pseudonyms {
  const byKind = new Map<Kind, Map<string, string>>()
  const fixed = machineNames(named.home)
  const of = (kind: Kind, name: string): string => {
    const names = byKind.get(kind) ?? new Map<string, string>()
    byKind.set(kind, names)
    const called = names.get(name) ?? `${kind}-${names.size + 1}`
    names.set(name, called)
    return called
  }
  named.runs.forEach((name) => of('run', name))
  named.studies.forEach((name) => of('study', name))
  named.settings.places.forEach(({ name }) => of('place', name))
  for (const dataset of named.datasets) nameDataset(of, dataset, named.ownOrgans)
  // Folders of the workspace are told by the names in them.
  const outside = (path: string): void => void (path.startsWith(named.home) || of('folder', path))
  for (const job of named.jobs) nameJob(of, outside, job, named.ownOrgans)
  const listed = (kind: Kind) => [...(byKind.get(kind) ?? [])].map(([name, called]) => ({ name, called }))
  return {
    of,
    listed,
    all: () => [
      ...fixed,
      ...[...byKind.keys()].flatMap((kind) => listed(kind).map((each) => ({ ...each, isFolder: kind === 'folder' }))),
    ],
  }
}

type NameOf = Pseudonyms['of']

function nameDataset(of: NameOf, dataset: Dataset | JobDataset, ownOrgans: ReadonlySet<string>): void {
  of('dataset', dataset.name)
  of('folder', dataset.root)
  // How people call a folder when they do not give its whole path.
  of('folder', basename(dataset.root))
  const leftOut = 'leftOut' in dataset ? (dataset.leftOut ?? []).map(({ sourceName }) => sourceName) : []
  const organs = [...dataset.labels.flatMap((label) => label.organs), ...leftOut]
  organs.filter((id) => !ownOrgans.has(id)).forEach((id) => of('organ', id))
  for (const { id, patient, images, labels } of dataset.cases) {
    of('case', id)
    of('patient', patient)
    for (const address of [...images, ...labels.map((label) => label.path)]) {
      of('file', address)
      // Messages name the file without the part of it that is meant.
      if (pathOf(address) !== address) of('file', pathOf(address))
    }
  }
}

function nameJob(of: NameOf, outside: (path: string) => void, job: Job, ownOrgans: ReadonlySet<string>): void {
  if (job.kind === 'train' || job.kind === 'preflight') {
    job.datasets.forEach((dataset) => nameDataset(of, dataset, ownOrgans))
    if (job.stage1From) outside(job.stage1From)
  }
  if (job.kind === 'evaluate') nameDataset(of, job.dataset, ownOrgans)
  if (job.kind !== 'predict') return
  outside(job.output)
  for (const { id, images } of job.inputs) {
    of('case', id)
    images.forEach((path) => of('file', path))
  }
}

function machineNames(home: string): { name: string; called: string; isFolder: boolean }[] {
  const app = join(import.meta.dirname, '../../..')
  const folders = { '[workspace]': home, '[app]': app, '[home]': homeFolder() ?? '', '[temporary]': tmpdir() }
  const names = [
    ...Object.entries(folders).map(([called, name]) => ({ name, called, isFolder: true })),
    { name: hostname(), called: '[machine]', isFolder: false },
    { name: userName(), called: '[user]', isFolder: false },
  ]
  return names.filter(({ name }) => name !== '')
}

/** @returns an empty name where the system knows no such user, as in a container */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
