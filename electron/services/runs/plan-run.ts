// From what a person asks for to a complete, checked training job. Everything that can be refused is refused here,
// before a folder exists.
import type { Dataset } from '../../../contract/dataset.ts'
import { NameSchema } from '../../../contract/name.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { TrainJob } from '../../../contract/job.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import type { Preset, Stages } from '../../../contract/run-config.ts'
import { usableCases } from '../datasets/availability.ts'
import { listDatasetNames, readDataset } from '../workspace/dataset-store.ts'
import { distils, plannedStages } from '../../../contract/planned-stages.ts'
import { METHODS, type Method } from '../../../contract/methods.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames } from '../workspace/run-store.ts'
import { buildRunConfig, type Tree } from './build-run-config.ts'
import { jobVersions } from './job-versions.ts'
import { readSettings } from '../workspace/settings-file.ts'
import { withLabelsFrom } from './labels-from.ts'
import { delineatedOrgans, organEntries, organUnion, toJobDataset } from './organ-union.ts'
import { refuseLeakage } from './refuse-leakage.ts'
import { refuseMixedChannels } from './refuse-other-channels.ts'
import { inheritedConfig, readStage1Source, refuseOtherStudy } from './stage1-source.ts'

export type RunRequest = {
  name: string
  /** Names in model order: model k is trained on the k-th. */
  datasets: readonly string[]
  preset?: Preset
  method?: Method
  /** Those of the method unless given. */
  stages?: Stages
  /** Name of the run whose POS models stage 2 starts from; only with stages '2'. */
  stage1From?: string
  /** Name of the reference dataset whose complete labels replace the datasets' own: an upper bound. */
  labelsFrom?: string
  configFile?: string
  /** Any part of a RunConfig. */
  changes?: Tree
  /** key=value overrides. */
  set?: readonly string[]
}

/**
 * @throws OrganMosaicError `usage`, `not-found`, `conflict` (the name is taken), `leakage`, `invalid-data` (a dataset
 *   without usable cases or organs), `invalid-config`
 */
export function planRun(workspace: Workspace, vocabulary: Vocabulary, request: RunRequest): TrainJob {
  const { preset = 'standard', method = 'mutual' } = request
  const stages = request.stages ?? METHODS[method].stages
  checkRequest(workspace, { ...request, stages })
  const chosen = request.datasets.map((name) => readDataset(workspace, name))
  refuseLeakage(
    chosen,
    listDatasetNames(workspace).map((name) => readDataset(workspace, name)),
  )
  const complete = request.labelsFrom === undefined ? null : readDataset(workspace, request.labelsFrom)
  const datasets = complete ? chosen.map((dataset) => withLabelsFrom(dataset, complete)) : chosen
  datasets.forEach(refuseUselessDataset)
  refuseMixedChannels(datasets)
  const organs = organUnion(datasets, vocabulary)
  const source = request.stage1From === undefined ? null : readStage1Source(workspace, request.stage1From)
  const job: TrainJob = {
    kind: 'train',
    schemaVersion: 1,
    name: request.name,
    createdAt: new Date().toISOString(),
    versions: jobVersions(),
    cacheFolder: workspace.cache,
    preset,
    method,
    stages,
    stage1From: source?.folder ?? null,
    ...(complete ? { labelsFrom: complete.name } : {}),
    organs,
    vocabulary: organEntries(organs, datasets, vocabulary),
    datasets: datasets.map((dataset) => toJobDataset(dataset, organs)),
    config: buildRunConfig({
      preset,
      method,
      compute: readSettings(workspace).compute,
      ...(source ? { inherited: inheritedConfig(source.job) } : {}),
      ...(request.configFile === undefined ? {} : { configFile: request.configFile }),
      changes: request.changes ?? {},
      settings: request.set ?? [],
    }),
  }
  if (source) refuseOtherStudy(job, source.job)
  refuseMissingSharedNetwork(job, source?.job ?? job)
  refuseDynamicStart(job)
  refuseMissingTeachers(job)
  refuseUselessLabels(job)
  return job
}

function checkRequest(workspace: Workspace, { name, datasets, stages = '1,2', stage1From }: RunRequest): void {
  const usage = (message: string): OrganMosaicError => new OrganMosaicError('usage', message)
  if (!NameSchema.safeParse(name).success) {
    throw usage(
      `The run name "${name}" is not possible: 1 to 64 letters, digits, dots, dashes or underscores, starting with a letter or digit.`,
    )
  }
  if (datasets.length < 2 || datasets.length > 9) {
    throw usage(
      `Mutual learning needs 2 to 9 datasets, and ${datasets.length} ${datasets.length === 1 ? 'was' : 'were'} chosen.`,
    )
  }
  const twice = datasets.find((dataset, index) => datasets.indexOf(dataset) !== index)
  if (twice !== undefined) throw usage(`Dataset ${twice} was chosen twice.`)
  if (stages === '2' && stage1From === undefined) {
    throw usage('A run of stage 2 alone needs the run whose stage 1 it starts from.')
  }
  if (stages !== '2' && stages !== '0' && stage1From !== undefined) {
    throw usage(
      `A run that starts from the stage 1 of another one is of stage 2 alone, or of stage 0 alone (ms-kd), and stages ${stages} were asked for.`,
    )
  }
  if (listRunNames(workspace).includes(name)) {
    throw new OrganMosaicError('conflict', `A run is called ${name} already; choose another name, or resume that one.`)
  }
}

/** @param source the run that trains what stage 2 starts from */
function refuseMissingSharedNetwork({ stages, config }: TrainJob, source: TrainJob): void {
  if (!plannedStages(stages).includes(2) || plannedStages(source.stages).includes(0)) return
  const [initialise, teachers] = [config.stage2.initialise, config.pseudoLabels.teachers]
  if (initialise !== 'shared' && teachers === 'stage1') return
  const key = initialise === 'shared' ? 'stage2.initialise' : 'pseudoLabels.teachers'
  throw new OrganMosaicError(
    'usage',
    `${key} asks for the shared network, and run ${source.name} trains none; choose the method mutual+, or set ${key} to stage1.`,
  )
}

function refuseDynamicStart({ stages, config }: TrainJob): void {
  const planned = plannedStages(stages)
  const alone = planned.length === 1 && !config.shared.distillation.enabled
  if (config.shared.head === 'fixed' || !planned.includes(0) || alone) return
  throw new OrganMosaicError(
    'usage',
    `shared.head is dynamic, and models of stages ${stages} cannot start from such a head; train stage 0 alone, as the method dodnet does, or choose fixed.`,
  )
}

/** Teachers are models of stage 1 that are trained before: in this run, or in the one that it names. */
function refuseMissingTeachers(job: TrainJob): void {
  const { stages, stage1From } = job
  const taught = distils(job)
  if (stages === '0' && stage1From !== null && !taught) {
    throw new OrganMosaicError(
      'usage',
      'A shared network takes nothing over from a stage 1 unless shared.distillation.enabled is on; choose the method ms-kd, or leave the other run out.',
    )
  }
  if (!taught || stages === '1,0' || stage1From !== null) return
  throw new OrganMosaicError(
    'usage',
    `shared.distillation needs models of stage 1 as teachers, and stages ${stages} train none before the shared network; choose stages 1,0 (the method ms-kd), or stage 0 from the stage 1 of another run.`,
  )
}

/** Labels that are made at the patch are on no disk: nobody can review them or make them anew. */
function refuseUselessLabels({ stages, config: { pseudoLabels } }: TrainJob): void {
  if (!plannedStages(stages).includes(2) || pseudoLabels.source === 'stored') return
  if (!pseudoLabels.review && pseudoLabels.refresh === 0) return
  const key = pseudoLabels.review ? 'pseudoLabels.review' : 'pseudoLabels.refresh'
  throw new OrganMosaicError(
    'usage',
    `${key} works on stored pseudo labels, and pseudoLabels.source is online: they are made anew at every patch and not kept. Choose stored, or leave ${key} out.`,
  )
}

function refuseUselessDataset(dataset: Dataset): void {
  if (usableCases(dataset).length === 0) {
    throw new OrganMosaicError(
      'invalid-data',
      `Dataset ${dataset.name} has no usable case (${dataset.cases.length} are excluded); its findings say why.`,
    )
  }
  if (delineatedOrgans(dataset).length === 0) {
    throw new OrganMosaicError(
      'invalid-data',
      `Dataset ${dataset.name} delineates no organ in any usable case; look at its labels.`,
    )
  }
}
