// The one way from a segmentation to files: export and prediction write here. The formats are those of contract/output.ts.
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { outputFiles, type OutputFormat } from '../../../contract/output.ts'
import { writeDicomSegmentation } from './dicom/write-dicom-segmentation.ts'
import { writeStructureSet } from './dicom/write-structure-set.ts'
import { writeLabelMap, writeMasks, writeProbabilities } from './nifti-outputs.ts'
import { writeNnunetCase } from './nnunet-dataset.ts'
import type { OutputWriter, SegmentationToWrite, WrittenOutput } from './output-writer.ts'
import { writeSlicerSegmentation } from './write-slicer-segmentation.ts'
import { writeObjSurfaces, writeStlSurfaces } from './surface/write-surfaces.ts'

const WRITERS: Readonly<Record<OutputFormat, OutputWriter>> = {
  nifti: writeLabelMap,
  'nifti-masks': writeMasks,
  'seg-nrrd': writeSlicerSegmentation,
  'dicom-seg': writeDicomSegmentation,
  rtstruct: writeStructureSet,
  stl: writeStlSurfaces,
  obj: writeObjSurfaces,
  probabilities: writeProbabilities,
  nnunet: writeNnunetCase,
}

/** @param folder absolute; it is made where it is missing. @throws OrganMosaicError as OutputWriter */
export async function writeOutput(
  format: OutputFormat,
  segmentation: SegmentationToWrite,
  folder: string,
): Promise<WrittenOutput> {
  const organs = segmentation.segments.map(({ organ }) => organ)
  const folders = new Set(outputFiles(format, segmentation.id, organs).map((file) => dirname(join(folder, file))))
  for (const each of folders) await mkdir(each, { recursive: true })
  return WRITERS[format](segmentation, folder)
}
