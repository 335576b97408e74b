// What is measured of the teachers on the held-back cases before they label: their temperatures, and how sure they are.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Plan } from '../../contract/plan.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Counterpart } from '../inference/mirror.ts'
import { predictCase } from '../inference/predict-case.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { readJsonFile } from '../jobs/read-json-file.ts'
import { projectClasses } from '../labels/label-sets.ts'
import { codebookClasses, type Study } from '../labels/study.ts'
import { openPreprocessed } from '../preprocessing/preprocessed-store.ts'
import type { ValidationCase } from '../stages/validate.ts'
import { calibrateTemperature, measureSureness, type CalibrationCase } from './calibrate.ts'
import type { Teacher } from './teachers.ts'

const CalibrationSchema = z.object({
  temperatures: z.array(z.number()).describe("By the teachers' index: POS models first"),
  sureness: z
    .array(z.array(z.number()))
    .default([])
    .describe('The same; of each channel as measureSureness says. Empty: not measured, as in runs of earlier versions'),
})
export type Calibration = z.infer<typeof CalibrationSchema>

const calibrationPath = (root: string): string => join(root, 'calibration.json')

/** What models count as that nobody calibrated. */
export const uncalibrated = (models: number): Calibration => ({
  temperatures: Array.from({ length: models }, () => 1),
  sureness: [],
})

/** @param root of labelRoot; @param models how many teachers there are */
export async function readCalibration(root: string, models: number): Promise<Calibration> {
  if (!existsSync(calibrationPath(root))) return uncalibrated(models)
  const nextStep = 'Delete it and resume the run; without it models predict uncalibrated.'
  return readJsonFile(calibrationPath(root), CalibrationSchema, nextStep)
}

export interface CalibrationSetup {
  /** Where it is kept, of labelRoot. */
  readonly root: string
  readonly study: Study
  readonly plan: Plan
  readonly rules: Pick<RunConfig['pseudoLabels'], 'leastAccepted'>
  readonly overlap: number
  readonly mirror: Counterpart
  readonly teachers: readonly Teacher[]
  readonly validation: readonly ValidationCase[]
}

/** Judges each teacher on the held-back cases that can judge it, once a version of the labels. */
export async function calibrateModels(setup: CalibrationSetup, onModel: (done: number) => void): Promise<Calibration> {
  const { root, teachers, rules } = setup
  if (existsSync(calibrationPath(root))) return readCalibration(root, teachers.length)
  const calibration: Calibration = { temperatures: [], sureness: [] }
  for (const teacher of teachers) {
    const classCount = teacher.classes.length
    const cases = await predictValidation(teacher, setup)
    const temperature = calibrateTemperature(cases, classCount)
    calibration.temperatures.push(temperature)
    calibration.sureness.push(measureSureness(cases, classCount, temperature, rules.leastAccepted))
    onModel(calibration.temperatures.length)
  }
  await mkdir(root, { recursive: true })
  await writeFileAtomically(calibrationPath(root), JSON.stringify(calibration))
  return calibration
}

async function predictValidation(
  teacher: Teacher,
  { study, plan, overlap, mirror, validation }: CalibrationSetup,
): Promise<CalibrationCase[]> {
  const cases: CalibrationCase[] = []
  for (const { folder, caseId, dataset } of validation.filter((each) => teacher.datasets.includes(each.dataset))) {
    const stored = await openPreprocessed(folder)
    const caseEntry = study.datasets[dataset]!.cases.find(({ id }) => id === caseId)!
    const sets = codebookClasses(study, dataset, caseEntry, stored.codebook).map((set) =>
      projectClasses(set, teacher.channelOf),
    )
    cases.push({ probabilities: predictCase(teacher, stored, plan, overlap, mirror), codes: stored.labels, sets })
  }
  return cases
}
