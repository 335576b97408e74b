// Between the stages: calibrated models label what the cases leave open.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Case } from '../../contract/case.ts'
import type { Plan } from '../../contract/plan.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import { gatherEvidence, type ModelPrediction, type OrganEvidence } from '../inference/fuse.ts'
import type { Counterpart } from '../inference/mirror.ts'
import { predictCase } from '../inference/predict-case.ts'
import { isZarrGroup } from '../imaging/zarr-group.ts'
import type { Journal } from '../jobs/journal.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { delineatedClasses, type Study } from '../labels/study.ts'
import { openPreprocessed } from '../preprocessing/preprocessed-store.ts'
import { acceptPseudoLabels, type OrganExperience } from './accept.ts'
import type { Calibration } from './calibrate-models.ts'
import { findLostOrgans } from './find-lost-organs.ts'
import { pseudoLabelFolder } from './label-versions.ts'
import { measureDisagreement } from './measure-disagreement.ts'
import { storePseudoLabels } from './pseudo-label-store.ts'
import type { Teacher } from './teachers.ts'

export interface PseudoLabelSetup {
  /** Where they go, of labelRoot. */
  readonly root: string
  readonly study: Study
  readonly plan: Plan
  readonly rules: RunConfig['pseudoLabels']
  readonly overlap: number
  readonly mirror: Counterpart
  readonly teachers: readonly Teacher[]
  readonly calibration: Calibration
  /** Training cases and their preprocessed folders, per dataset. */
  readonly cases: readonly (readonly { readonly entry: Case; readonly folder: string }[])[]
  /** Told what is ignored, and why. */
  readonly journal: Pick<Journal, 'append'>
}

/** One case after the other; those on disk already are left alone. */
export async function makePseudoLabels(
  setup: PseudoLabelSetup,
  onCase: (done: number, caseId: string) => void,
): Promise<void> {
  const experience = gatherExperience(setup)
  let done = 0
  let made = 0
  for (const [dataset, cases] of setup.cases.entries()) {
    for (const { entry, folder } of cases) {
      const target = pseudoLabelFolder(setup.root, setup.study.datasets[dataset]!.name, entry.id)
      if (!(await isZarrGroup(target))) {
        await labelCase(setup, dataset, entry, folder, target, experience)
        made++
      }
      onCase(++done, entry.id)
    }
  }
  if (made > 0) await tellLostOrgans(setup)
}

async function tellLostOrgans({ root, study, cases, journal }: PseudoLabelSetup): Promise<void> {
  for (const { dataset, organ, cases: count } of await findLostOrgans(root, study, cases)) {
    const message =
      `Nothing of ${organ} became a pseudo label in ${dataset}: models see it in ${count} of its cases, nowhere so surely or so ` +
      'plausibly as pseudoLabels asks for. Stage 2 learns it from the true labels of other datasets alone, if at all.'
    journal.append({ type: 'log', level: 'warning', message })
  }
}

async function labelCase(
  setup: PseudoLabelSetup,
  dataset: number,
  entry: Case,
  folder: string,
  target: string,
  experience: ReadonlyMap<number, OrganExperience>,
): Promise<void> {
  const { study, plan, teachers, calibration, journal } = setup
  const stored = await openPreprocessed(folder)
  const delineated = delineatedClasses(study, dataset, entry)
  const open = study.union.organs.map((_, i) => i + 1).filter((c) => !delineated.includes(c))
  const able = teachers.filter(({ competent }) => competent.some((c) => open.includes(c)))
  const predictions: ModelPrediction[] = able.map((teacher) => ({
    index: teacher.index,
    classes: teacher.classes,
    competent: teacher.competent,
    probabilities: predictCase(teacher, stored, plan, setup.overlap, setup.mirror),
    temperature: calibration.temperatures[teacher.index]!,
  }))
  const evidence = gatherEvidence(predictions, open)
  const known: ClassSet = evidence.map(({ unionClass }) => unionClass)
  const isLabelled = (voxel: number): boolean => stored.labels[voxel]! > 0
  const { labels, rejections } = acceptPseudoLabels(
    {
      shape: stored.shape,
      voxelMl: plan.spacingMm.reduce((product, mm) => product * mm, 1) / 1000,
      evidence,
      thresholds: evidence.map((organ) => organThreshold(organ, setup)),
      unknown: open.filter((c) => !known.includes(c)),
      isLabelled,
      experience,
    },
    setup.rules,
  )
  await mkdir(join(target, '..'), { recursive: true })
  await storePseudoLabels(target, labels, measureDisagreement(predictions, open, isLabelled))
  for (const { unionClass, reason } of rejections) {
    const organ = study.union.organs[unionClass - 1]!
    const message = `The pseudo label of ${organ} is ignored: ${reason}.`
    journal.append({
      type: 'finding',
      caseId: entry.id,
      dataset: study.datasets[dataset]!.name,
      organ,
      severity: 'info',
      message,
    })
  }
}

/**
 * That of the rules, or a lower one where the models of the organ are never so sure: else nothing would be accepted of it, its
 * surroundings would become background, and the models that learn from both would unlearn it.
 */
function organThreshold(
  { unionClass, models }: OrganEvidence,
  { rules, teachers, calibration }: PseudoLabelSetup,
): number {
  const sureness = models.map((index) => {
    const channel = teachers.find((teacher) => teacher.index === index)!.classes.indexOf(unionClass)
    return calibration.sureness[index]?.[channel] ?? 1
  })
  const usual = sureness.reduce((sum, each) => sum + each, 0) / sureness.length
  // As precise as the evidence is, so that a probability reaches itself.
  return Math.min(rules.organThreshold, Math.fround(usual))
}

/** Volumes and cuts of every organ over the training cases that label it. */
function gatherExperience({ study, cases }: PseudoLabelSetup): Map<number, OrganExperience> {
  const all = cases.flatMap((entries) => entries.map(({ entry }) => entry.availability))
  return new Map(
    study.union.organs.flatMap((organ, i) => {
      const seen = all.flatMap((availability) => availability[organ] ?? []).filter(({ voxels }) => voxels > 0)
      const single = seen.filter(({ state }) => state === 'labelled' || state === 'cut')
      if (single.length === 0) return []
      const volumes = single.map(({ volumeMl }) => volumeMl)
      const cutShare = single.filter(({ state }) => state === 'cut').length / single.length
      return [[i + 1, { smallestMl: Math.min(...volumes), largestMl: Math.max(...volumes), cutShare }] as const]
    }),
  )
}
