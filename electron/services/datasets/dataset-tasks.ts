// Work on datasets that takes a while: looking into folders, registering them, making the demo study. Each is a task.
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Inspection, Mapping } from '../../../contract/api/datasets.ts'
import {
  NameSchema,
  type Dataset,
  type DatasetChoices,
  type DatasetRole,
  type FolderReading,
} from '../../../contract/dataset.ts'
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
import { openPatientKey } from '../workspace/patient-key.ts'
import { choicesOf, readingOf } from './apply-choices.ts'
import { openCaseFactsMemory } from './case-facts-memory.ts'
import { withSubset } from './choose-subset.ts'
import { composeDataset, overridesOf } from './compose-dataset.ts'
import { describeInspection } from './describe-inspection.ts'
import { leaveOut } from './left-out.ts'
import { inspectFolder, type FolderInspection, type InspectContext } from './inspect-folder.ts'
import {
  chosenLeftOut,
  isSameFolder,
  keptOverrides,
  refuseTakenName,
  registerDataset,
  type RegisterRequest,
} from './register-dataset.ts'
import { nameOfFolder } from './name-of-folder.ts'
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

export interface InspectionRequest {
  readonly known: Dataset | null
  readonly reading?: FolderReading | undefined
  /** What labels mean, where that was said already */
  readonly mapping?: Mapping | undefined
  readonly notDrawn?: readonly string[] | undefined
}

/** What is kept of an inspection while the host lives, for pictures of its labels. */
export interface InspectedFolder {
  readonly dataset: Dataset
  readonly inspection: FolderInspection
  readonly described: Inspection
}

const KEPT_INSPECTIONS = 20

export type DatasetTasks = ReturnType<typeof createDatasetTasks>

export function createDatasetTasks({ workspace, tasks, workers, vocabulary, saved }: DatasetTasksContext) {
  const inspected = new Map<string, InspectedFolder>()
  const busy = new Map<string, string>()
  const datasets = (): Dataset[] => listDatasetNames(workspace).map((name) => readDataset(workspace, name))

  /** @throws OrganMosaicError `conflict` while a task works on the dataset */
  function requireIdle(name: string): void {
    const title = busy.get(name)
    if (title === undefined) return
    throw new OrganMosaicError('conflict', `${title} is still going on; wait for its end, or cancel it.`)
  }

  /** Reads cases in the threads, and only those that changed since the last time. */
  async function remembering<T>(root: string, { signal, report }: TaskContext, work: (context: InspectContext) => T) {
    const memory = openCaseFactsMemory(workspace.cache, root, (folder, found, signature) =>
      workers.run({ kind: 'inspect', root: folder, found, signature, cacheFolder: workspace.cache }),
    )
    let complete = false
    try {
      const result = await work({
        signal,
        inspectCase: memory.inspectCase,
        detect: (folder, role, reading) => workers.run({ kind: 'detect', root: folder, role, reading }),
        onProgress: ({ done, total, caseId }) => report({ done, total, message: caseId }),
      })
      complete = true
      return result
    } finally {
      memory.save(complete)
    }
  }

  async function inspect(
    root: string,
    { known, reading, mapping, notDrawn }: InspectionRequest,
    context: TaskContext,
  ): Promise<InspectedFolder> {
    const others = datasets()
    const same = await Promise.all(others.map((other) => isSameFolder(other.root, root)))
    const registered = others.filter((_, at) => same[at])
    const role = known?.role ?? 'train'
    const before: DatasetChoices = known ? choicesOf(known) : { excluded: [], patients: null, registeredAs: role }
    // A folder that is registered once is read as it was then, unless somebody says otherwise.
    const [usual] = known === null && registered.length === 1 ? registered.map(choicesOf) : [before]
    // Where labels are spoken of, whatever is left out is among them.
    const leftOut = mapping ? [] : (before.leftOut ?? [])
    const said = { overrides: mapping ?? overridesOf(known?.labels ?? []), leftOut }
    const inspection = await remembering(root, context, (each) => {
      const patientKey = openPatientKey(workspace.home)
      const looking = { ...each, patientKey, leaveOut: leaveOut(said, vocabulary()) }
      return withSubset(reading ?? readingOf(usual), null, (chosen) =>
        inspectFolder(root, { ...before, ...chosen }, looking),
      )
    })
    const choices = {
      ...before,
      ...inspection.reading,
      ...(notDrawn ? { notDrawn: [...notDrawn] } : {}),
      leftOut: chosenLeftOut(inspection, { ...before, leftOut }),
    }
    // A table calls its datasets by name; a pipeline is called after whoever drew.
    const named = inspection.match.layout === 'manifest' ? inspection.reading.subset : undefined
    const proposed = known?.name ?? nameOfFolder(named ?? root)
    const name = NameSchema.safeParse(proposed).success ? proposed : 'dataset'
    const overrides = mapping ?? (known ? keptOverrides(known, inspection) : [])
    const dataset = composeDataset(
      inspection,
      { name, role, overrides, choices },
      { vocabulary: vocabulary(), otherDatasets: others.filter((other) => other.root !== root) },
    )
    const described = describeInspection(inspection, {
      vocabulary: vocabulary(),
      dataset,
      name: proposed,
      registeredAs: registered.map((other) => other.name),
      again: known !== null,
    })
    return { dataset, inspection, described }
  }

  function startRegistration(title: string, request: RegisterRequest & { name: string }, known?: Dataset): Task {
    requireIdle(request.name)
    busy.set(request.name, title)
    return tasks.start({ kind: 'register', title, subject: request.name }, async (context) => {
      try {
        const dataset = await remembering(request.folder, context, (each) =>
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
    /**
     * @param place a folder or an archive
     * @param request.known the registered dataset to look at again
     */
    startInspection(place: string, request: InspectionRequest): Task {
      const title = `Looking into ${basename(place)}`
      const task = tasks.start({ kind: 'inspect', title, subject: place }, async (context) => {
        const root = await openDatasetFolder(workspace, place, unpackingOf(context))
        const result = await inspect(root, request, context)
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
          const dataset = await remembering(request.folder, context, (each) =>
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
