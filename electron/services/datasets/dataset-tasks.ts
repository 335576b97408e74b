// Work on datasets that takes a while: looking into folders, registering them, making the demo study. Each is a task.
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Mapping } from '../../../contract/api/datasets.ts'
import type { Dataset, DatasetRole, FolderReading } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { LabelRepair } from '../../../contract/label-treatment.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import type { Task } from '../../../contract/task.ts'
import type { UnpackContext } from '../archives/unpack-archive.ts'
import { openDatasetFolder } from '../archives/unpacked-folders.ts'
import { generatePhantomStudy, type PhantomOptions } from '../demo/phantom/generate-phantom-study.ts'
import { studyRequests } from '../demo/study-requests.ts'
import type { TaskContext, Tasks } from '../tasks/create-tasks.ts'
import { listDatasetNames, readDataset } from '../workspace/dataset-store.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { choicesOf } from './apply-choices.ts'
import { lookIntoFolder, type InspectedFolder, type InspectionRequest } from './look-into-folder.ts'
import { createReadRemembered } from './read-remembered.ts'
import { refuseTakenName, registerDataset, type RegisterRequest } from './register-dataset.ts'
import { withRepairs } from './repairs.ts'
import { requireSameCases } from './require-same-cases.ts'
import type { VolumeWorkers } from './volume-workers.ts'

export interface DatasetTasksContext {
  readonly workspace: Workspace
  readonly tasks: Tasks
  readonly workers: VolumeWorkers
  readonly vocabulary: () => Vocabulary
  /** Puts a dataset into the index and tells whoever listens. */
  readonly saved: (dataset: Dataset) => unknown
}

export interface Registration {
  readonly folder: string
  readonly name: string
  readonly role: DatasetRole
  readonly mapping: Mapping
  readonly reading?: FolderReading | undefined
  readonly notDrawn?: readonly string[] | undefined
}

const KEPT_INSPECTIONS = 20

export type DatasetTasks = ReturnType<typeof createDatasetTasks>

export function createDatasetTasks({ workspace, tasks, workers, vocabulary, saved }: DatasetTasksContext) {
  const inspected = new Map<string, InspectedFolder>()
  const busy = new Map<string, string>()
  const readRemembered = createReadRemembered(workspace, workers)
  const datasets = (): Dataset[] => listDatasetNames(workspace).map((name) => readDataset(workspace, name))

  /** @throws OrganMosaicError `conflict` while a task works on the dataset */
  function requireIdle(name: string): void {
    const title = busy.get(name)
    if (title === undefined) return
    throw new OrganMosaicError('conflict', `${title} is still going on; wait for its end, or cancel it.`)
  }

  function startRegistration(title: string, request: RegisterRequest & { name: string }, known?: Dataset): Task {
    requireIdle(request.name)
    busy.set(request.name, title)
    return tasks.start({ kind: 'register', title, subject: request.name }, async (context) => {
      try {
        const dataset = await readRemembered(request.folder, context, (each) =>
          registerDataset(request, {
            ...each,
            workspaceFolder: workspace.home,
            vocabulary: vocabulary(),
            otherDatasets: datasets(),
            ...(known ? { check: (fresh: Dataset) => requireSameCases(known, fresh) } : {}),
          }),
        )
        return saved(dataset)
      } finally {
        busy.delete(request.name)
      }
    })
  }

  return {
    requireIdle,
    isBusy: (name: string): boolean => busy.has(name),
    /** @param place a folder or an archive */
    startInspection(place: string, request: InspectionRequest): Task {
      const title = `Looking into ${basename(place)}`
      const task = tasks.start({ kind: 'inspect', title, subject: place }, async (context) => {
        const root = await openDatasetFolder(workspace, place, unpackingOf(context))
        const around = { workspace, vocabulary: vocabulary(), datasets: datasets() }
        const result = await readRemembered(root, context, (each) => lookIntoFolder(root, request, around, each))
        inspected.set(task.id, result)
        for (const id of [...inspected.keys()].slice(0, -KEPT_INSPECTIONS)) inspected.delete(id)
        return result.described
      })
      return task
    },
    /** @throws OrganMosaicError `not-found` when it did not end well, or long ago */
    getInspection(task: string): InspectedFolder {
      const found = inspected.get(task)
      if (found) return found
      throw new OrganMosaicError('not-found', 'This folder has not been looked into, or long ago; add it again.')
    },
    /** @throws OrganMosaicError `conflict` for a name that belongs to another folder */
    async startRegistration({ folder, name, role, mapping, reading, notDrawn }: Registration): Promise<Task> {
      await refuseTakenName(workspace, name, folder)
      const known = listDatasetNames(workspace).includes(name) ? readDataset(workspace, name) : null
      const registeredAs = known ? choicesOf(known).registeredAs : role
      // What is left out is said with the mapping.
      const choices = { leftOut: [], ...(notDrawn ? { notDrawn: [...notDrawn] } : {}) }
      const request = { folder, name, role, organs: mapping, registeredAs, choices }
      return startRegistration(`Registering ${name}`, reading === undefined ? request : { ...request, reading })
    },
    startRescan(dataset: Dataset): Task {
      return startRegistration(`Looking for new cases of ${dataset.name}`, again(dataset, dataset.root))
    },
    /** @param repair null: no longer */
    startRepair(dataset: Dataset, cases: readonly string[], repair: LabelRepair | null): Task {
      const repairs = withRepairs(dataset, cases, repair, new Date().toISOString())
      const title = repair === null ? `Taking repairs of ${dataset.name} back` : `Repairing labels of ${dataset.name}`
      return startRegistration(title, { ...again(dataset, dataset.root), choices: { repairs } })
    },
    startRelink(dataset: Dataset, folder: string): Task {
      const request = { ...again(dataset, folder), moved: true }
      return startRegistration(`Linking ${dataset.name} to its new folder`, request, dataset)
    },
    startDemoStudy(options: Partial<PhantomOptions> = {}): Task {
      const folder = join(workspace.home, 'demo-study')
      const title = existsSync(folder) ? 'Registering the demo study' : 'Making the demo study'
      return tasks.start({ kind: 'demo-study', title, subject: folder }, async (context) => {
        const study = await generatePhantomStudy(folder, options, (done, total, message) => {
          context.signal.throwIfAborted()
          context.report({ done, total, message })
        })
        const known = new Set(listDatasetNames(workspace))
        for (const request of studyRequests(study).filter(({ name }) => !known.has(name))) {
          const dataset = await readRemembered(request.folder, context, (each) =>
            registerDataset(request, {
              ...each,
              workspaceFolder: workspace.home,
              vocabulary: vocabulary(),
              otherDatasets: datasets(),
            }),
          )
          saved(dataset)
        }
        return studyRequests(study).map(({ name }) => name)
      })
    },
  }
}

/** An archive does not always say how much is in it. */
const unpackingOf = ({ signal, report }: TaskContext): UnpackContext => ({
  signal,
  onProgress: ({ done, total, file }) => report({ done, total: total ?? 0, message: `unpacking ${file}` }),
})

/** The registration of a dataset as it is. */
function again(dataset: Dataset, folder: string): RegisterRequest & { name: string } {
  const { name, role } = dataset
  return { folder, name, role, organs: 'keep', registeredAs: choicesOf(dataset).registeredAs }
}
