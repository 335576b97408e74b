// What an evaluation scores for a case: the models' prediction, or the pseudo label stored for the same image.
import { join } from 'node:path'
import type { Case } from '../../contract/case.ts'
import type { EvaluationReport } from '../../contract/report.ts'
import type { EvaluateJob } from '../../contract/job.ts'
import { canonicalTransform, fromCanonical, reorientGeometry } from '../imaging/canonical.ts'
import { readChannels } from '../imaging/read-channels.ts'
import { resampleLabels } from '../imaging/resample.ts'
import { openRunPredictor } from '../inference/run-models.ts'
import { BACKGROUND } from '../labels/label-sets.ts'
import { delineatedClasses, type Study } from '../labels/study.ts'
import { preprocessedFolder } from '../imaging/planning/plan-key.ts'
import { preprocessCase } from '../preprocessing/preprocess-case.ts'
import { openPreprocessed } from '../preprocessing/preprocessed-store.ts'
import { preprocessImage } from '../preprocessing/preprocess-image.ts'
import { isZarrGroup } from '../imaging/zarr-group.ts'
import { labelRoot, lastVersion, pseudoLabelFolder } from '../pseudo-labels/label-versions.ts'
import { openPseudoLabels } from '../pseudo-labels/pseudo-label-store.ts'
import type { CasePrediction } from './evaluate.ts'
import { readTrainedRun } from './trained-run.ts'

export interface CasePredictor {
  readonly study: Study
  /** What it removes small parts of; empty when nothing is removed. */
  readonly keptParts: NonNullable<EvaluationReport['keptParts']>
  /** null when the case is none of the run's (pseudo labels only) */
  predict(entry: Case): Promise<CasePrediction | null>
  dispose(): void
}

export async function openCasePredictor(job: EvaluateJob): Promise<CasePredictor> {
  if (job.model === 'pseudo') return openPseudoLabelReader(job)
  const predictor = await openRunPredictor(job.runFolder, job.stage, job.model)
  return {
    study: predictor.study,
    keptParts: (predictor.postProcessing?.organs ?? [])
      .filter(({ keep }) => keep > 0)
      .map(({ organ, keep }) => ({ organ, keep })),
    async predict(entry) {
      const channels = await readChannels(entry.images.map((path) => join(job.dataset.root, path)))
      const image = preprocessImage(channels, predictor.plan)
      return { classes: predictor.segment(image).labelMap, evaluable: null, organs: null }
    },
    dispose: () => predictor.dispose(),
  }
}

/** Pseudo labels of the run's own training images, matched by content. Of stage 2: those it made last. */
async function openPseudoLabelReader({ runFolder, stage }: EvaluateJob): Promise<CasePredictor> {
  const { job, plan, study } = await readTrainedRun(runFolder)
  const root = labelRoot(runFolder, stage === 2 ? lastVersion(runFolder) : 0)
  const byHash = new Map(
    job.datasets.flatMap((dataset) => dataset.cases.map((entry) => [entry.imageHash, { dataset, entry }] as const)),
  )
  return {
    study,
    keptParts: [],
    async predict(reference) {
      const found = reference.imageHash === null ? undefined : byHash.get(reference.imageHash)
      if (!found) return null
      const folder = pseudoLabelFolder(root, found.dataset.name, found.entry.id)
      // Validation cases get no pseudo labels.
      if (!(await isZarrGroup(folder))) return null
      const pseudo = await openPseudoLabels(folder)
      const delineated = delineatedClasses(study, job.datasets.indexOf(found.dataset), found.entry)
      const preprocessed = preprocessedFolder(job.cacheFolder, plan, found.dataset, found.entry)
      // The run may have been trained on another machine, with a cache of its own.
      await preprocessCase(found.dataset, found.entry, plan, preprocessed)
      const stored = await openPreprocessed(preprocessed)
      const transform = canonicalTransform(stored.originalGeometry)
      const canonical = reorientGeometry(stored.originalGeometry, transform)
      const codes = resampleLabels({ data: pseudo.codes, geometry: stored.geometry }, canonical, {
        nearestAxis: plan.thickAxis,
      })
      const restored = fromCanonical(codes, transform).data
      // A statement is a code whose set is one class; background next to unknown organs counts as background.
      const classOf = pseudo.sets.map((set) => set?.[0] ?? 0)
      const open = pseudo.sets.find((set) => set?.includes(BACKGROUND)) ?? []
      return {
        classes: { data: restored.map((code) => classOf[code]!), geometry: stored.originalGeometry },
        evaluable: restored.map((code) => (code === 0 ? 0 : 1)),
        // What the case itself labels has no pseudo label, and nothing is said of organs that background may be.
        organs: new Set(study.union.organs.filter((_, i) => !delineated.includes(i + 1) && !open.includes(i + 1))),
      }
    },
    dispose() {},
  }
}
