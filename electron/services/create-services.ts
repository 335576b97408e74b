// One object with everything a host offers: the command line now, the window later. It wires, and decides nothing.
import { join } from 'node:path'
import type {
  DatasetDetail,
  DatasetSummary,
  EvaluationResult,
  PredictionResult,
  ReindexResult,
  RunDetail,
  RunSummary,
} from '../../contract/commands.ts'
import type { JobEvent } from '../../contract/events.ts'
import type { JobState, TrainJob } from '../../contract/job.ts'
import type { Matrix } from '../../contract/matrix.ts'
import type { OrganId, Vocabulary } from '../../contract/organ.ts'
import type { DoctorReport, EvaluationReport } from '../../contract/report.ts'
import type { Settings } from '../../contract/settings.ts'
import { forgetDataset, indexDataset } from './database/index-dataset.ts'
import { openIndex, type Index } from './database/open-index.ts'
import { rebuildIndex } from './database/reindex.ts'
import { buildMatrix } from './datasets/build-matrix.ts'
import { createDatasetDesk, type DatasetDesk } from './datasets/dataset-desk.ts'
import { readLargeCasesIn } from './datasets/read-large-cases.ts'
import { refreshAcross } from './datasets/quality/refresh-across.ts'
import { registerDataset, type RegisterContext, type RegisterRequest } from './datasets/register-dataset.ts'
import { keptColors } from './datasets/kept-colors.ts'
import { createVolumeWorkers } from './datasets/volume-workers.ts'
import { doctor } from './doctor/doctor.ts'
import { createGpuDesk, type GpuDesk } from './gpu/gpu-desk.ts'
import { lastSeq as lastInJournal } from '../../trainer/job-folder/read-journal.ts'
import { createFolders, type Folders } from './folders/create-folders.ts'
import { defaultRoots } from './folders/default-roots.ts'
import type { FollowOptions } from './jobs/follow-job.ts'
import type { Watch } from './jobs/run-job.ts'
import { createModelDesk, type ModelDesk } from './models/model-desk.ts'
import { lookAtWorkspace } from './places/look-at-jobs.ts'
import { createPlaceDesk, type PlaceDesk } from './places/place-desk.ts'
import { createReportDesk, type ReportDesk } from './problem-report/report-desk.ts'
import { createResults, type Results } from './results/create-results.ts'
import { evaluateRun, type EvaluationRequest } from './runs/evaluate-run.ts'
import type { RunRequest } from './runs/plan-run.ts'
import { exportRun, predictWithRun, type ExportRequest, type PredictionRequest } from './runs/predict-with-run.ts'
import { findSharedNames } from './runs/refuse-leakage.ts'
import {
  controlRun,
  createRun,
  followRun,
  requireFinished,
  startRun,
  startRuns,
  type StartOptions,
} from './runs/run-control.ts'
import { getRun, lastSeq, listRuns, readEvaluations, summariseNamed } from './runs/run-queries.ts'
import { createRunIndexer } from './runs/run-indexer.ts'
import { createRunDesk, type RunDesk } from './runs/run-desk.ts'
import { createRunWatcher, type RunListener } from './runs/watch-runs.ts'
import { createTasks, type Tasks } from './tasks/create-tasks.ts'
import { createUpdates, type UpdateDesk } from './updates/create-updates.ts'
import { createUploads, type Uploads } from './uploads/create-uploads.ts'
import { loadVocabulary, organNames } from './vocabulary/load-vocabulary.ts'
import { openFirstPlanes } from './volumes/first-planes.ts'
import { createVolumes, type Volumes } from './volumes/create-volumes.ts'
import { listDatasetNames, readDataset } from './workspace/dataset-store.ts'
import { describeDataset, summariseDataset } from './workspace/describe-dataset.ts'
import { openWorkspace, type Workspace } from './workspace/open-workspace.ts'
import { listRunNames, runFolder } from './workspace/run-store.ts'
import { readSettings, writeSettings } from './workspace/settings-file.ts'

export type Services = {
  workspace: Workspace
  registerDataset: (request: RegisterRequest, watch?: Pick<RegisterContext, 'onProgress'>) => Promise<DatasetDetail>
  /** Alphabetical. */
  listDatasets: () => DatasetSummary[]
  getDataset: (name: string) => DatasetDetail
  /** One row a name, in that order. */
  getMatrix: (names: readonly string[]) => Matrix
  /** What could be leakage between these training datasets and the registered test sets, in sentences. */
  findSharedNames: (names: readonly string[]) => string[]
  /** Makes the run's folder; startRun starts it. */
  createRun: (request: RunRequest) => TrainJob
  /** Newest first, once all of them are indexed: a command waits for that, a window asks runDesk. */
  listRuns: () => RunSummary[]
  getRun: (name: string) => RunDetail
  /** Complete reports, oldest first. */
  listEvaluations: (run: string) => EvaluationReport[]
  /** Starts or continues; answers with the journal offset to follow from. */
  startRun: (name: string, options?: StartOptions) => Promise<number>
  followRun: (name: string, onEvent: (event: JobEvent) => void, options?: FollowOptions) => Promise<JobState>
  /** Throws why a followed run did not finish. */
  requireFinished: (name: string, state: JobState) => void
  /** All at once, which a cluster sees as one array. */
  startRuns: (names: readonly string[], options?: StartOptions) => Promise<void>
  controlRun: (name: string, request: 'pause' | 'stop') => Promise<RunSummary>
  /** Asks the places of all jobs what became of them; what they say is then in the folders. */
  lookAtPlaces: () => Promise<void>
  /** The places of the settings. */
  places: PlaceDesk
  evaluateRun: (request: EvaluationRequest, watch?: Watch) => Promise<EvaluationResult>
  predictWithRun: (request: PredictionRequest, watch?: Watch) => Promise<PredictionResult>
  exportRun: (request: ExportRequest, watch?: Watch) => Promise<PredictionResult>
  doctor: (watch?: Watch) => Promise<DoctorReport>
  /** Whether there is a newer version. */
  updates: UpdateDesk
  /** TensorFlow's CUDA build on this machine. */
  gpu: GpuDesk
  /** What helps to understand a problem, without patient data. */
  problemReports: ReportDesk
  /** Of the workspace; what is wrong with it, and a new one. */
  index: Pick<Index, 'problem' | 'check'>
  reindex: () => ReindexResult
  getVocabulary: () => Vocabulary
  /** Colours that label files propose for organs that the vocabulary does not know */
  getKeptColors: () => Record<OrganId, string>
  /** The folders that a page may see; whatever path comes from a page goes through resolve or resolveNew. */
  folders: Folders
  /** Of the workspace: where the trainer computes. */
  settings: { read: () => Settings; save: (settings: Settings) => Settings }
  /** What there is to look at in a case, and its voxels. */
  volumes: Volumes
  /** What a window does with datasets. */
  datasetDesk: DatasetDesk
  /** Folders that a browser sends. */
  uploads: Uploads
  /** Reports, comparisons and their files; review of pseudo labels; what an export would write. */
  results: Results
  /** Model files: out of this workspace, and into it. */
  models: ModelDesk
  /** What a window does with runs. */
  runDesk: RunDesk
  /** Work that a window watches. */
  tasks: Tasks
  /** Tells of every change of every run, whoever trains it. @returns a function that ends it */
  watchRuns: (listener: RunListener) => () => void
  /** Tells that this host changed the datasets. @returns a function that ends it */
  watchDatasets: (listener: () => void) => () => void
  close: () => void
}

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
    damaged: index.noteDamage,
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
  return {
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
    listRuns: () => listRuns(workspace, (name) => summariseNamed(database, workspace, name)),
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
}
