// What an exported segmentation consists of, and the JSON beside it that says so.
import { join, relative } from 'node:path'
import type { PredictJob } from '../../contract/job.ts'
import type { Organ } from '../../contract/organ.ts'
import type { WrittenSegmentation } from '../../contract/output.ts'
import type { SegmentationSidecar, SegmentSource } from '../../contract/report.ts'
import { nameOfSource } from '../imaging/image-source.ts'
import type { OutputSegment, SegmentationToWrite } from '../imaging/output/output-writer.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import { PROVENANCE, type CompletedSegmentation } from './complete-with-truth.ts'

/** @param organs of the run, in the order of their values */
export function describeSegments(
  organs: readonly string[],
  vocabulary: readonly Organ[],
  completed: CompletedSegmentation,
): OutputSegment[] {
  const speakers = countSpeakers(completed)
  return organs.map((organ, i) => {
    const entry = vocabulary.find(({ id }) => id === organ)
    const counts = speakers[i + 1]!
    return {
      value: i + 1,
      organ,
      name: entry?.name ?? organ,
      color: entry?.color ?? '#888888',
      snomedCode: entry?.snomedCode ?? null,
      laterality: entry?.laterality ?? null,
      voxels: counts.all,
      source: sourceOf(counts, completed.drawnOrgans.has(organ)),
      ...(completed.provenance ? { truthVoxels: counts.truth } : {}),
    }
  })
}

interface Speakers {
  all: number
  truth: number
  model: number
}

/** [class] who decided how many of its voxels. */
function countSpeakers({ labelMap, provenance }: CompletedSegmentation): Speakers[] {
  const counts = Array.from({ length: 256 }, (): Speakers => ({ all: 0, truth: 0, model: 0 }))
  for (let v = 0; v < labelMap.data.length; v++) {
    const ofClass = counts[labelMap.data[v]!]!
    const speaker = provenance ? provenance.data[v] : PROVENANCE.model
    ofClass.all++
    if (speaker === PROVENANCE.truth) ofClass.truth++
    if (speaker === PROVENANCE.model) ofClass.model++
  }
  return counts
}

/** An organ without a voxel is truly absent only where somebody looked for it. */
function sourceOf({ all, truth, model }: Speakers, drawn: boolean): SegmentSource {
  if (all === 0) return drawn ? 'truth' : 'model'
  if (truth === all) return 'truth'
  return model === all ? 'model' : 'mixed'
}

/** @returns its path */
export async function writeSidecar(
  job: PredictJob,
  { id, images, labelMap, segments, about }: SegmentationToWrite,
  imageHash: string,
  outputs: readonly WrittenSegmentation[],
): Promise<string> {
  const voxelMl = labelMap.geometry.spacingMm.reduce((product, mm) => product * mm, 1) / 1000
  const fromHere = (path: string): string => relative(job.output, path).replaceAll('\\', '/')
  const sidecar: SegmentationSidecar = {
    caseId: id,
    image: nameOfSource(images[0]!),
    images: images.map(nameOfSource),
    imageHash,
    labelMap: outputs.some(({ format }) => format === 'nifti') ? `${id}.nii.gz` : null,
    outputs: outputs.map(({ format, files, check }) => ({ format, files: files.map(fromHere), check })),
    software: `OrganMosaic ${about.version}`,
    run: about.run,
    stage: job.stage,
    model: job.model,
    createdAt: about.createdAt.toISOString(),
    researchUseOnly: true,
    segments: segments.map(({ value, organ, name, color, snomedCode, voxels, source, truthVoxels }) => {
      const settled = truthVoxels === undefined ? {} : { truthVoxels }
      return { value, organ, name, color, snomedCode, voxels, volumeMl: voxels * voxelMl, source, ...settled }
    }),
  }
  const path = join(job.output, `${id}.json`)
  await writeFileAtomically(path, JSON.stringify(sidecar, null, 2))
  return path
}
