// The pseudo labels of a training job: made by what was trained before stage 2, and made anew during it by its own models.
import { existsSync } from 'node:fs'
import type { Review } from '../../contract/job.ts'
import { storesPseudoLabels } from '../../contract/planned-stages.ts'
import { loadStage, stageCheckpointPath } from '../checkpoint/checkpoint.ts'
import { inferenceMirror, type Counterpart } from '../inference/mirror.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { labelPeriods, labelRoot, pseudoLabelFolder } from '../pseudo-labels/label-versions.ts'
import { calibrateModels, uncalibrated, type Calibration } from '../pseudo-labels/calibrate-models.ts'
import { makePseudoLabels } from '../pseudo-labels/make-pseudo-labels.ts'
import { openPseudoLabels } from '../pseudo-labels/pseudo-label-store.ts'
import { chooseTeachers, fullTeacher, loadTeachers, type Teacher } from '../pseudo-labels/teachers.ts'
import { averagedModel, createStageModels, disposeModels } from '../stages/stage-model.ts'
import { obeyControl, type Journal } from './journal.ts'
import type { LabelsInUse, TrainContext } from './train-context.ts'

const silent: Pick<Journal, 'append'> = { append() {} }

/** Of the teachers; the fusion of stage 1 uses their temperatures, too. */
export async function calibrate(context: TrainContext, stage1Folder: string): Promise<Calibration> {
  const { folder, study, plan, job, progress } = context
  if (!job.config.pseudoLabels.calibrate) return uncalibrated(study.datasets.length + 1)
  progress.begin('calibrate')
  const teachers = await loadTeachers(stage1Folder, study, plan, job)
  const calibration = await calibrateTeachers(context, labelRoot(folder, 0), teachers, (done) =>
    progress.advance(done, `calibrating model ${done}/${teachers.length}`),
  )
  disposeModels(teachers)
  return calibration
}

/** Before stage 2. */
export async function labelCases(context: TrainContext, stage1Folder: string, calibration: Calibration): Promise<void> {
  const { study, plan, job, progress, journal } = context
  if (!storesPseudoLabels(job.config)) return progress.skip('pseudo-labels')
  progress.begin('pseudo-labels')
  const loaded = await loadTeachers(stage1Folder, study, plan, job)
  const teachers = chooseTeachers(loaded, study, job.config)
  await makeVersion(context, 0, teachers, calibration, journal)
  disposeModels(loaded)
}

/**
 * During stage 2: all its models, with their averaged weights of the last checkpoint, label every case anew, each organ
 * that somebody delineates. What a killed process had labelled stays; the others get what they would have got.
 */
export async function refreshLabels(context: TrainContext, version: number): Promise<void> {
  const { folder, study, plan, job, progress, journal } = context
  const times = labelPeriods(job.config).length - 1
  const message = `Pseudo labels are made anew by the models of stage 2 (${version} of ${times}).`
  if (!existsSync(labelRoot(folder, version))) journal.append({ type: 'log', level: 'info', message })
  progress.begin('pseudo-labels', version * countCases(context))
  const models = createStageModels(study, 2, plan, job.config)
  await loadStage(stageCheckpointPath(folder, 2), models)
  const teachers = models.map((model) => fullTeacher(averagedModel(model), study))
  const calibration = job.config.pseudoLabels.calibrate
    ? await calibrateTeachers(context, labelRoot(folder, version), teachers, () => obeyControl(folder))
    : uncalibrated(teachers.length)
  // Findings tell of the labels that a person may review, those made before stage 2.
  await makeVersion(context, version, teachers, calibration, silent)
  disposeModels(models)
}

/** @returns null when stage 2 learns from no stored pseudo labels */
export async function openVersion(context: TrainContext, version: number, review: Review): Promise<LabelsInUse | null> {
  const { folder, study, prepared, job } = context
  if (!storesPseudoLabels(job.config)) return null
  const root = labelRoot(folder, version)
  const accepted = new Map<string, ClassSet>()
  for (const [d, cases] of prepared.training.entries()) {
    for (const { entry } of cases) {
      const place = pseudoLabelFolder(root, study.datasets[d]!.name, entry.id)
      accepted.set(place, (await openPseudoLabels(place)).acceptedClasses)
    }
  }
  return { root, accepted, review }
}

async function makeVersion(
  context: TrainContext,
  version: number,
  teachers: readonly Teacher[],
  calibration: Calibration,
  journal: Pick<Journal, 'append'>,
): Promise<void> {
  const { folder, study, plan, job, prepared, progress } = context
  const { pseudoLabels: rules, inference } = job.config
  const setup = {
    root: labelRoot(folder, version),
    study,
    plan,
    rules,
    overlap: inference.trainingOverlap,
    mirror: pseudoLabelMirror(context),
    teachers,
    calibration,
    cases: prepared.training,
    journal,
  }
  const before = version * countCases(context)
  await makePseudoLabels(setup, (done, caseId) => {
    progress.advance(before + done, `pseudo labels of case ${caseId}`)
    obeyControl(folder)
  })
}

const calibrateTeachers = (
  context: TrainContext,
  root: string,
  teachers: readonly Teacher[],
  onModel: (done: number) => void,
): Promise<Calibration> => {
  const { study, plan, job, prepared } = context
  const { pseudoLabels: rules, inference } = job.config
  const { validation } = prepared
  const mirror = pseudoLabelMirror(context)
  return calibrateModels(
    { root, study, plan, rules, overlap: inference.trainingOverlap, mirror, teachers, validation },
    onModel,
  )
}

const countCases = ({ prepared }: TrainContext): number =>
  prepared.training.reduce((sum, cases) => sum + cases.length, 0)

const pseudoLabelMirror = ({ study, job: { config } }: TrainContext): Counterpart =>
  inferenceMirror(study, { ...config, inference: { ...config.inference, mirror: config.pseudoLabels.mirror } })
