// Makes the one object with everything a host offers. It wires, and decides nothing.
import { join } from 'node:path'
import { forgetDataset, indexDataset } from './database/index-dataset.ts'
import { openIndex } from './database/open-index.ts'
import { rebuildIndex } from './database/reindex.ts'
import { buildMatrix } from './datasets/build-matrix.ts'
import { createDatasetDesk } from './datasets/dataset-desk.ts'
import { readLargeCasesIn } from './datasets/read-large-cases.ts'
import { refreshAcross } from './datasets/quality/refresh-across.ts'
import { registerDataset } from './datasets/register-dataset.ts'
import { keptColors } from './datasets/kept-colors.ts'
import { createVolumeWorkers } from './datasets/volume-workers.ts'
import { doctor } from './doctor/doctor.ts'
import { createGpuDesk } from './gpu/gpu-desk.ts'
import { lastSeq as lastInJournal } from '../../trainer/job-folder/read-journal.ts'
import { createFolders } from './folders/create-folders.ts'
import { defaultRoots } from './folders/default-roots.ts'
import { createModelDesk } from './models/model-desk.ts'
import { lookAtWorkspace } from './places/look-at-jobs.ts'
import { createPlaceDesk } from './places/place-desk.ts'
import { createReportDesk } from './problem-report/report-desk.ts'
import { createResults } from './results/create-results.ts'
import { evaluateRun } from './runs/evaluate-run.ts'
import { exportRun, predictWithRun } from './runs/predict-with-run.ts'
import { findSharedNames } from './runs/refuse-leakage.ts'
import { controlRun, createRun, followRun, requireFinished, startRun, startRuns } from './runs/run-control.ts'
import { getRun, lastSeq, listRuns, readEvaluations, summariseNamed } from './runs/run-queries.ts'
import { createRunIndexer } from './runs/run-indexer.ts'
import { createRunDesk } from './runs/run-desk.ts'
import { createRunWatcher } from './runs/watch-runs.ts'
import { createTasks } from './tasks/create-tasks.ts'
import { createUpdates } from './updates/create-updates.ts'
import { createUploads } from './uploads/create-uploads.ts'
import { loadVocabulary, organNames } from './vocabulary/load-vocabulary.ts'
import { openFirstPlanes } from './volumes/first-planes.ts'
import { createVolumes } from './volumes/create-volumes.ts'
import { listDatasetNames, readDataset } from './workspace/dataset-store.ts'
import { describeDataset, summariseDataset } from './workspace/describe-dataset.ts'
import { openWorkspace } from './workspace/open-workspace.ts'
import { refuseWriting } from './workspace/refuse-writing.ts'
import { listRunNames, runFolder } from './workspace/run-store.ts'
import { readSettings, writeSettings } from './workspace/settings-file.ts'
import type { Services } from './services.ts'

/**
 * @param options.roots where a page may look for folders; the home folder and mounted volumes unless given
 * @throws OrganMosaicError `environment` when the workspace or its database cannot be opened
 */
export function createServices({ home, roots = defaultRoots() }: { home: string; roots?: string[] }): Services {
  const workspace = openWorkspace(home)
  const folders = createFolders(roots)
  folders.allow(workspace.home)
  // A workspace on a network has an index on each machine, and new machines come.
  const isOwn = workspace.databaseFile.startsWith(workspace.home)
  const index = openIndex(
    workspace.databaseFile,
    () => isOwn && listDatasetNames(workspace).length + listRunNames(workspace).length > 0,
  )
  const { database } = index
  const store = { database, workspace }
  const datasets = () => listDatasetNames(workspace).map((name) => readDataset(workspace, name))
  const tasks = createTasks()
  const firstPlanes = openFirstPlanes(workspace.cache)
  const readers = createVolumeWorkers()
  const volumes = createVolumes(workspace, loadVocabulary, firstPlanes)
  const runIndexer = createRunIndexer({
    ...store,
    tasks,
    indexed: (name) => runWatcher.tell(name),
    refused: index.noteDamage,
  })
  const runWatcher = createRunWatcher({
    workspace,
    summarise: runIndexer.summarise,
    lastSeq(name) {
      try {
        return lastSeq(database, name)
      } catch {
        return lastInJournal(runFolder(workspace, name))
      }
    },
  })
  const datasetListeners = new Set<() => void>()
  const datasetsChanged = (): void => datasetListeners.forEach((listener) => listener())
  const datasetDesk = createDatasetDesk({
    workspace,
    tasks,
    vocabulary: loadVocabulary,
    index: (dataset) => indexDataset(database, dataset),
    forget: (name) => forgetDataset(database, name),
    changed: datasetsChanged,
  })
  const services: Services = {
    workspace,
    async registerDataset(request, watch = {}) {
      const dataset = await registerDataset(request, {
        workspaceFolder: workspace.home,
        vocabulary: loadVocabulary(),
        otherDatasets: datasets(),
        inspectCase: readLargeCasesIn(readers, workspace.cache),
        ...watch,
      })
      indexDataset(database, dataset)
      refreshAcross(workspace, dataset.name)
      datasetsChanged()
      return describeDataset(dataset)
    },
    listDatasets: () => datasets().map(summariseDataset),
    getDataset: (name) => describeDataset(readDataset(workspace, name)),
    getMatrix: (names) =>
      buildMatrix(
        names.map((name) => readDataset(workspace, name)),
        organNames(loadVocabulary()),
      ),
    findSharedNames: (names) =>
      findSharedNames(
        names.map((name) => readDataset(workspace, name)),
        datasets(),
      ),
    createRun: (request) => createRun(store, loadVocabulary(), request),
    listRuns: () => listRuns(workspace, runIndexer.summariseSoon),
    getRun: (name) => getRun(database, workspace, name),
    listEvaluations: (run) => readEvaluations(runFolder(workspace, run)),
    startRun: (name, options) => startRun(store, name, options),
    startRuns: (names, options) => startRuns(store, names, options),
    lookAtPlaces: () => lookAtWorkspace(workspace),
    places: createPlaceDesk(workspace),
    followRun: (name, onEvent, options) => followRun(store, name, onEvent, options),
    requireFinished: (name, state) => requireFinished(store, name, state),
    controlRun: (name, request) => controlRun(store, name, request),
    evaluateRun: (request, watch) => evaluateRun(workspace, request, watch),
    predictWithRun: (request, watch) => predictWithRun(workspace, request, watch),
    exportRun: (request, watch) => exportRun(workspace, request, watch),
    doctor: (watch) => doctor(workspace, watch),
    updates: createUpdates({ isWanted: () => readSettings(workspace).updates.check }),
    gpu: createGpuDesk({ workspace, tasks }),
    problemReports: createReportDesk({
      workspace,
      database,
      checkIndex: index.check,
      tasks,
      doctor: (watch) => doctor(workspace, watch),
    }),
    index,
    reindex() {
      // Its thread may hold the old file.
      void runIndexer.close()
      return rebuildIndex(index, workspace)
    },
    getVocabulary: loadVocabulary,
    getKeptColors: () => Object.fromEntries(keptColors(datasets(), loadVocabulary())),
    folders,
    settings: { read: () => readSettings(workspace), save: (settings) => writeSettings(workspace, settings) },
    volumes,
    datasetDesk,
    uploads: createUploads(join(workspace.home, 'uploads')),
    results: createResults(store),
    models: createModelDesk({ workspace, tasks, summarise: (name) => summariseNamed(database, workspace, name) }),
    runDesk: createRunDesk({ ...store, vocabulary: loadVocabulary, tasks, list: runIndexer.list }),
    tasks,
    watchRuns: runWatcher.subscribe,
    watchDatasets(listener) {
      datasetListeners.add(listener)
      return () => void datasetListeners.delete(listener)
    },
    close() {
      void volumes.close()
      runWatcher.close()
      void runIndexer.close()
      void datasetDesk.close()
      void readers.close()
      index.close()
    },
  }
  return workspace.readOnly === null ? services : refuseWriting(services)
}
