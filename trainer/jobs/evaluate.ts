// An evaluation job: a run's models, or its stored pseudo labels, against the true labels of a dataset, on the
// original grid of every image.
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Case } from '../../contract/case.ts'
import { OrganMosaicError, toOrganMosaicError } from '../../contract/errors.ts'
import type { EvaluateJob, JobDataset } from '../../contract/job.ts'
import type { OrganId } from '../../contract/organ.ts'
import { settleKeys } from '../../contract/overlap-rule.ts'
import type { EvaluationReport, OrganScore } from '../../contract/report.ts'
import { reportToCsv } from '../evaluation/report-to-csv.ts'
import { notEvaluable, scoreOrgan } from '../evaluation/score-organ.ts'
import { meanDiceOver, summariseScores } from '../evaluation/summarise-scores.ts'
import { toCanonical } from '../imaging/canonical.ts'
import { writeNifti } from '../imaging/nifti/write-nifti.ts'
import type { Volume } from '../imaging/volume.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { labelClasses } from '../labels/label-sets.ts'
import { isDrawn, type Study } from '../labels/study.ts'
import { readLabels } from '../preprocessing/read-labels.ts'
import { requireUnchanged } from '../preprocessing/source-files.ts'
import { openCasePredictor, type CasePredictor } from './case-predictor.ts'
import { obeyControl, type Journal } from './journal.ts'
import { createProgress } from './progress.ts'

/** Classes of one case on the image's own grid; voxels that make no statement (ignored pseudo labels) are not evaluable. */
export interface CasePrediction {
  readonly classes: Volume<Uint8Array>
  readonly evaluable: Uint8Array | null
  /** Organs that the prediction speaks about; null for all. */
  readonly organs: ReadonlySet<OrganId> | null
}

/** Writes report/NAME.json and .csv into the job's and the run's folder. */
export async function runEvaluateJob(folder: string, job: EvaluateJob, journal: Journal): Promise<void> {
  const started = performance.now()
  const progress = createProgress(journal, [{ phase: 'evaluate', units: job.dataset.cases.length, guessSeconds: 3 }])
  const predictor = await openCasePredictor(job)
  const scores: OrganScore[] = []
  const failures: EvaluationReport['failures'] = []
  progress.begin('evaluate')
  for (const [done, entry] of job.dataset.cases.entries()) {
    obeyControl(folder)
    try {
      const prediction = await predictor.predict(entry)
      if (prediction) {
        await requireUnchanged(job.dataset, entry)
        scores.push(...(await scoreCase(job, predictor.study, entry, prediction)))
        if (job.savePredictions) await savePrediction(folder, entry, prediction)
      }
    } catch (error) {
      failures.push({ caseId: entry.id, message: toOrganMosaicError(error).message })
    }
    progress.advance(done + 1, `evaluating case ${entry.id}`)
  }
  predictor.dispose()
  if (scores.length === 0) {
    const first = failures[0]?.message ?? 'none of its images belongs to this run'
    throw new OrganMosaicError('invalid-data', `No case of ${job.dataset.name} could be scored: ${first}`)
  }
  await writeReport(folder, job, journal, summarise(job, predictor.keptParts, scores, failures, started))
}

async function scoreCase(
  job: EvaluateJob,
  study: Study,
  entry: Case,
  prediction: CasePrediction,
): Promise<OrganScore[]> {
  const { volume: predicted } = toCanonical(prediction.classes)
  const evaluable =
    prediction.evaluable &&
    toCanonical({ data: prediction.evaluable, geometry: prediction.classes.geometry }).volume.data
  const { geometry } = predicted
  const { codes, codebook } = await readLabels(job.dataset, entry, geometry)
  const settled = codebook.map((covering) => settleKeys(entry.overlaps ?? [], covering))
  return study.union.organs.map((organ) => {
    const classes = new Set(labelClasses(study.union, [organ]))
    const guess = predicted.data.map((c) => (classes.has(c) ? 1 : 0))
    const spoken = prediction.organs === null || prediction.organs.has(organ)
    const keys = spoken ? truthKeys(job.dataset, study, entry, organ) : null
    if (keys === null) return { caseId: entry.id, organ, ...notEvaluable(guess.reduce((sum, value) => sum + value, 0)) }
    const covered = settled.map((covering) => (covering.some((key) => keys.has(key)) ? 1 : 0))
    const truth = codes.map((code) => covered[code]!)
    const options = { nsdToleranceMm: job.nsdToleranceMm, ...(evaluable ? { evaluable } : {}) }
    return { caseId: entry.id, organ, ...scoreOrgan(guess, truth, geometry.shape, geometry.spacingMm, options) }
  })
}

/** Keys of the labels that lie inside an organ; null when nobody delineated the organ on its own in this case. */
function truthKeys(dataset: JobDataset, study: Study, entry: Case, organ: OrganId): Set<string> | null {
  const classes = labelClasses(study.union, [organ])
  const drawn = dataset.labels.filter((label) => isDrawn(entry, label))
  if (!drawn.some(({ organs }) => organs.length === 1 && organs[0] === organ)) return null
  const inside = drawn.filter(({ organs }) => {
    const set = labelClasses(study.union, organs)
    return set.length > 0 && set.every((c) => classes.includes(c))
  })
  return new Set(inside.map(({ key }) => key))
}

async function savePrediction(folder: string, entry: Case, prediction: CasePrediction): Promise<void> {
  await mkdir(join(folder, 'predictions'), { recursive: true })
  await writeNifti(join(folder, 'predictions', `${encodeURIComponent(entry.id)}.nii.gz`), prediction.classes)
}

function summarise(
  job: EvaluateJob,
  keptParts: CasePredictor['keptParts'],
  scores: OrganScore[],
  failures: EvaluationReport['failures'],
  started: number,
): EvaluationReport {
  const organs = summariseScores(scores)
  return {
    run: job.runFolder.split(/[\\/]/).at(-1)!,
    dataset: job.dataset.name,
    stage: job.stage,
    model: job.model,
    createdAt: new Date().toISOString(),
    runUpdatedAt: job.runUpdatedAt,
    nsdToleranceMm: job.nsdToleranceMm,
    meanDice: meanDiceOver(organs),
    organs,
    scores,
    failures,
    keptParts,
    seconds: (performance.now() - started) / 1000,
    peakMemoryMb: process.resourceUsage().maxRSS / 1024,
  }
}

async function writeReport(
  folder: string,
  job: EvaluateJob,
  journal: Journal,
  report: EvaluationReport,
): Promise<void> {
  const own = join(folder, 'report')
  await rm(own, { recursive: true, force: true })
  const name = `${report.dataset}-stage${report.stage}-${report.model}`
  await mkdir(own, { recursive: true })
  await mkdir(join(job.runFolder, 'report'), { recursive: true })
  for (const [extension, text] of [
    ['json', JSON.stringify(report, null, 1)],
    ['csv', reportToCsv(report)],
  ] as const) {
    const path = join(own, `${name}.${extension}`)
    await writeFileAtomically(path, text)
    await copyFile(path, join(job.runFolder, 'report', `${name}.${extension}`))
    journal.append({ type: 'output', path })
  }
}
