// A prediction job: images in, label maps on their own grids out, each with a sidecar, each read back and compared.
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { OrganMosaicError, toOrganMosaicError } from '../../contract/errors.ts'
import type { PredictJob } from '../../contract/job.ts'
import type { Organ } from '../../contract/organ.ts'
import type { SegmentationSidecar } from '../../contract/report.ts'
import { compareGeometry } from '../imaging/geometry.ts'
import { readNifti } from '../imaging/nifti/read-nifti.ts'
import { writeNifti } from '../imaging/nifti/write-nifti.ts'
import type { Volume } from '../imaging/volume.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { openRunPredictor, type RunPredictor } from '../inference/run-models.ts'
import { preprocessImage } from '../preprocessing/preprocess-image.ts'
import { completeWithTruth, type CompletedSegmentation } from './complete-with-truth.ts'
import { obeyControl, type Journal } from './journal.ts'
import { createProgress } from './progress.ts'
import { readTrainedRun } from './trained-run.ts'

/** A case that fails is reported and the others go on. @throws OrganMosaicError job-failed when none succeeded */
export async function runPredictJob(folder: string, job: PredictJob, journal: Journal): Promise<void> {
  if (job.model === 'pseudo') throw new OrganMosaicError('internal', 'pseudo labels predict nothing new')
  const progress = createProgress(journal, [{ phase: 'predict', units: job.inputs.length, guessSeconds: 3 }])
  const predictor = await openRunPredictor(job.runFolder, job.stage, job.model)
  await mkdir(job.output, { recursive: true })
  let written = 0
  let firstFailure = ''
  progress.begin('predict')
  for (const [done, input] of job.inputs.entries()) {
    obeyControl(folder)
    try {
      for (const path of await segmentImage(job, predictor, input)) journal.append({ type: 'output', path })
      written += 1
    } catch (error) {
      const { message } = toOrganMosaicError(error)
      firstFailure ||= message
      journal.append({ type: 'finding', caseId: input.id, dataset: null, organ: null, severity: 'warning', message })
    }
    progress.advance(done + 1, `segmenting ${input.id}`)
  }
  predictor.dispose()
  if (written === 0)
    throw new OrganMosaicError(
      'job-failed',
      `None of the ${job.inputs.length} images could be segmented: ${firstFailure}`,
    )
}

async function segmentImage(
  job: PredictJob,
  predictor: RunPredictor,
  input: PredictJob['inputs'][number],
): Promise<string[]> {
  const { job: run } = await readTrainedRun(job.runFolder)
  const image = await preprocessImage(input.image, predictor.plan)
  const predicted = predictor.segment(image)
  const completed: CompletedSegmentation = job.completeTruth
    ? await completeWithTruth(run, predictor.study, input.image, predicted)
    : { labelMap: predicted, provenance: null, truthOrgans: new Set() }
  const path = join(job.output, `${input.id}.nii.gz`)
  await writeChecked(path, completed.labelMap, `OrganMosaic ${run.name}`)
  const written = [path]
  if (completed.provenance) {
    const provenancePath = join(job.output, `${input.id}_provenance.nii.gz`)
    await writeChecked(provenancePath, completed.provenance, 'provenance: 0 background, 1 model, 255 true label')
    written.push(provenancePath)
  }
  const sidecar: SegmentationSidecar = {
    caseId: input.id,
    image: basename(input.image),
    imageHash: image.imageHash,
    labelMap: basename(path),
    software: `OrganMosaic ${run.versions['organ-mosaic'] ?? ''}`.trim(),
    run: run.name,
    stage: job.stage,
    model: job.model,
    createdAt: new Date().toISOString(),
    researchUseOnly: true,
    segments: describeSegments(run.organs, run.vocabulary, completed),
  }
  const sidecarPath = join(job.output, `${input.id}.json`)
  await writeFileAtomically(sidecarPath, JSON.stringify(sidecar, null, 2))
  return [...written, sidecarPath]
}

/** @throws OrganMosaicError environment when what was read back is not what was written */
async function writeChecked(path: string, volume: Volume<Uint8Array>, description: string): Promise<void> {
  await writeNifti(path, volume, { description })
  const { volume: read } = await readNifti(path)
  const moved = compareGeometry(volume.geometry, read.geometry, 1e-3)
  const differs = read.data.length !== volume.data.length || read.data.some((value, v) => value !== volume.data[v])
  if (differs || !moved.same) {
    throw new OrganMosaicError(
      'environment',
      `${path} reads back differently from what was written (${moved.message}); check the disk and export again.`,
    )
  }
}

function describeSegments(
  organs: readonly string[],
  vocabulary: readonly Organ[],
  { labelMap, truthOrgans }: CompletedSegmentation,
): SegmentationSidecar['segments'] {
  const counts = new Map<number, number>()
  for (const value of labelMap.data) counts.set(value, (counts.get(value) ?? 0) + 1)
  const voxelMl = labelMap.geometry.spacingMm.reduce((product, mm) => product * mm, 1) / 1000
  return organs.map((organ, i) => {
    const entry = vocabulary.find(({ id }) => id === organ)
    const voxels = counts.get(i + 1) ?? 0
    return {
      value: i + 1,
      organ,
      name: entry?.name ?? organ,
      color: entry?.color ?? '#888888',
      snomedCode: entry?.snomedCode ?? null,
      voxels,
      volumeMl: voxels * voxelMl,
      source: truthOrgans.has(organ) ? 'truth' : 'model',
    }
  })
}
