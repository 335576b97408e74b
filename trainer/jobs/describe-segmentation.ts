// What an exported segmentation consists of, and the JSON beside it that says so.
import { join, relative } from 'node:path'
import type { PredictJob } from '../../contract/job.ts'
import type { Organ } from '../../contract/organ.ts'
import type { WrittenSegmentation } from '../../contract/output.ts'
import type { SegmentationSidecar } from '../../contract/report.ts'
import { nameOfSource } from '../imaging/image-source.ts'
import type { OutputSegment, SegmentationToWrite } from '../imaging/output/output-writer.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import type { CompletedSegmentation } from './complete-with-truth.ts'

/** @param organs of the run, in the order of their values */
export function describeSegments(
  organs: readonly string[],
  vocabulary: readonly Organ[],
  { labelMap, truthOrgans }: CompletedSegmentation,
): OutputSegment[] {
  const counts = new Uint32Array(256)
  for (const value of labelMap.data) counts[value] += 1
  return organs.map((organ, i) => {
    const entry = vocabulary.find(({ id }) => id === organ)
    return {
      value: i + 1,
      organ,
      name: entry?.name ?? organ,
      color: entry?.color ?? '#888888',
      snomedCode: entry?.snomedCode ?? null,
      laterality: entry?.laterality ?? null,
      voxels: counts[i + 1] ?? 0,
      source: truthOrgans.has(organ) ? 'truth' : 'model',
    }
  })
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
    segments: segments.map(({ value, organ, name, color, snomedCode, voxels, source }) => {
      return { value, organ, name, color, snomedCode, voxels, volumeMl: voxels * voxelMl, source }
    }),
  }
  const path = join(job.output, `${id}.json`)
  await writeFileAtomically(path, JSON.stringify(sidecar, null, 2))
  return path
}
