// A prediction job: images in, segmentations on their own grids out, in the formats that were asked for, with a sidecar.
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { OrganMosaicError, toOrganMosaicError } from '../../contract/errors.ts'
import type { JobEventInput } from '../../contract/events.ts'
import type { PredictJob } from '../../contract/job.ts'
import { OUTPUT_FORMATS, type WrittenSegmentation } from '../../contract/output.ts'
import { readChannels } from '../imaging/read-channels.ts'
import { formatsFor } from '../imaging/output/formats-for.ts'
import { writeNiftiChecked } from '../imaging/output/nifti-outputs.ts'
import type { SegmentationToWrite } from '../imaging/output/output-writer.ts'
import { writeOutput } from '../imaging/output/write-output.ts'
import { openRunPredictor, type RunPredictor } from '../inference/run-models.ts'
import { preprocessImage } from '../preprocessing/preprocess-image.ts'
import { completeWithTruth, type CompletedSegmentation } from './complete-with-truth.ts'
import { describeSegments, writeSidecar } from './describe-segmentation.ts'
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
    const warn = (message: string): void => {
      firstFailure ||= message
      journal.append({ type: 'finding', caseId: input.id, dataset: null, organ: null, severity: 'warning', message })
    }
    try {
      for (const event of await segmentImage(job, predictor, input, warn)) journal.append(event)
      written += 1
    } catch (error) {
      warn(toOrganMosaicError(error).message)
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

type Input = PredictJob['inputs'][number]
type OutputEvent = Extract<JobEventInput, { type: 'output' }>

/** @param warn called for a format that could not be written while others were */
async function segmentImage(
  job: PredictJob,
  predictor: RunPredictor,
  input: Input,
  warn: (message: string) => void,
): Promise<OutputEvent[]> {
  const { job: run } = await readTrainedRun(job.runFolder)
  const { formats, refused } = await formatsFor(input.images[0]!, job.formats)
  // Before the image is segmented: that takes long, and would be for nothing.
  if (formats.length === 0) throw new OrganMosaicError('usage', refused.join(' '))
  for (const sentence of refused) warn(sentence)
  const image = preprocessImage(await readChannels(input.images, availableParallelism()), predictor.plan)
  const predicted = predictor.segment(image, job.completeTruth || formats.includes('probabilities'))
  const completed: CompletedSegmentation = job.completeTruth
    ? await completeWithTruth(run, predictor.study, input.images, predicted.labelMap, predicted.probabilityOf!)
    : { labelMap: predicted.labelMap, provenance: null, drawnOrgans: new Set() }
  const segmentation: SegmentationToWrite = {
    ...input,
    channels: run.datasets[0]!.channels,
    labelMap: completed.labelMap,
    segments: describeSegments(run.organs, run.vocabulary, completed),
    probabilityOf: predicted.probabilityOf,
    about: {
      version: job.versions['organ-mosaic'] ?? 'unknown',
      run: run.name,
      stage: job.stage,
      model: String(job.model),
      createdAt: new Date(),
    },
  }
  const outputs = await writeFormats(formats, segmentation, job.output, warn)
  const events = outputs.flatMap((segmentation) =>
    segmentation.files.map((path, n): OutputEvent => ({ type: 'output', path, ...(n === 0 ? { segmentation } : {}) })),
  )
  const provenance = await writeProvenance(job.output, input, completed)
  const sidecar = await writeSidecar(job, segmentation, image.imageHash, outputs)
  return [...events, ...[...provenance, sidecar].map((path): OutputEvent => ({ type: 'output', path }))]
}

/** One format that fails does not take the others with it. @throws OrganMosaicError when none could be written */
async function writeFormats(
  formats: readonly WrittenSegmentation['format'][],
  segmentation: SegmentationToWrite,
  folder: string,
  warn: (message: string) => void,
): Promise<WrittenSegmentation[]> {
  const written: WrittenSegmentation[] = []
  const failures: string[] = []
  for (const format of formats) {
    try {
      const { files, check } = await writeOutput(format, segmentation, folder)
      written.push({ caseId: segmentation.id, format, files: files.map((file) => join(folder, file)), check })
    } catch (error) {
      failures.push(`${OUTPUT_FORMATS[format].name}: ${toOrganMosaicError(error).message}`)
    }
  }
  if (written.length === 0) throw new OrganMosaicError('job-failed', failures.join(' '))
  for (const failure of failures) warn(failure)
  return written
}

/** Which voxels are true labels, whatever the formats are: none of them has room for it. */
async function writeProvenance(
  folder: string,
  { id }: Input,
  { provenance }: CompletedSegmentation,
): Promise<string[]> {
  if (!provenance) return []
  const path = join(folder, `${id}_provenance.nii.gz`)
  await writeNiftiChecked(
    path,
    provenance,
    'provenance: 0 background, 1 model, 254 true label divided by the model, 255 true label',
  )
  return [path]
}
