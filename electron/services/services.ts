// Everything a host offers: to the command line, to a page, to the desktop window.
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
import type { Index } from './database/open-index.ts'
import type { DatasetDesk } from './datasets/dataset-desk.ts'
import type { RegisterContext, RegisterRequest } from './datasets/register-dataset.ts'
import type { GpuDesk } from './gpu/gpu-desk.ts'
import type { Folders } from './folders/create-folders.ts'
import type { FollowOptions } from './jobs/follow-job.ts'
import type { Watch } from './jobs/run-job.ts'
import type { ModelDesk } from './models/model-desk.ts'
import type { PlaceDesk } from './places/place-desk.ts'
import type { ReportDesk } from './problem-report/report-desk.ts'
import type { Results } from './results/create-results.ts'
import type { EvaluationRequest } from './runs/evaluate-run.ts'
import type { RunRequest } from './runs/plan-run.ts'
import type { ExportRequest, PredictionRequest } from './runs/predict-with-run.ts'
import type { StartOptions } from './runs/run-control.ts'
import type { RunDesk } from './runs/run-desk.ts'
import type { RunListener } from './runs/watch-runs.ts'
import type { Tasks } from './tasks/create-tasks.ts'
import type { UpdateDesk } from './updates/create-updates.ts'
import type { Uploads } from './uploads/create-uploads.ts'
import type { Volumes } from './volumes/create-volumes.ts'
import type { Workspace } from './workspace/open-workspace.ts'

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
  index: Pick<Index, 'problem' | 'check' | 'noteDamage'>
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
