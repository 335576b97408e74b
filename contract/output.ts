// Segmentations that leave the application: the formats there are (command line, API and window read this one table),
// what will be written before it is, and how each file was checked after.
import { z } from 'zod'

export const OutputFormatSchema = z.enum([
  'nifti',
  'nifti-masks',
  'seg-nrrd',
  'dicom-seg',
  'rtstruct',
  'stl',
  'obj',
  'probabilities',
  'nnunet',
])
export type OutputFormat = z.infer<typeof OutputFormatSchema>

export interface OutputFormatFacts {
  readonly name: string
  /** What it holds, and who opens it */
  readonly about: string
  /** Whether it needs an image that is a DICOM series: it refers to the series */
  readonly needsDicom: boolean
  /** Bytes a voxel and file before anything is compressed; null: it does not grow with the voxels */
  readonly bytesPerVoxel: number | null
}

export const OUTPUT_FORMATS: Readonly<Record<OutputFormat, OutputFormatFacts>> = {
  nifti: {
    name: 'NIfTI label map',
    about: 'one file a case, a number an organ',
    needsDicom: false,
    bytesPerVoxel: 1,
  },
  'nifti-masks': {
    name: 'NIfTI masks',
    about: 'one file an organ, 1 inside and 0 outside',
    needsDicom: false,
    bytesPerVoxel: 1,
  },
  'seg-nrrd': {
    name: '3D Slicer segmentation',
    about: '.seg.nrrd with names, colours and terminology',
    needsDicom: false,
    bytesPerVoxel: 1,
  },
  'dicom-seg': {
    name: 'DICOM SEG',
    about: 'segments with SNOMED CT codes that refer to the source series',
    needsDicom: true,
    bytesPerVoxel: 1 / 8,
  },
  rtstruct: {
    name: 'DICOM RTSTRUCT',
    about: 'smooth contours in the slices of the source series',
    needsDicom: true,
    bytesPerVoxel: null,
  },
  stl: { name: 'STL surfaces', about: 'one closed surface an organ', needsDicom: false, bytesPerVoxel: null },
  obj: { name: 'OBJ surfaces', about: 'one closed surface an organ, coloured', needsDicom: false, bytesPerVoxel: null },
  probabilities: {
    name: 'Probability maps',
    about: 'one NIfTI an organ, how sure the models are, from 0 to 1',
    needsDicom: false,
    bytesPerVoxel: 4,
  },
  nnunet: {
    name: 'nnU-Net dataset',
    about: 'images and complete labels that nnU-Net trains on',
    needsDicom: false,
    bytesPerVoxel: 3,
  },
}

/** Without a choice: what the lab that the image came from opens. */
export const usualFormats = (isDicom: boolean): OutputFormat[] => [isDicom ? 'dicom-seg' : 'nifti']

/** Said wherever DICOM is written. */
export const DICOM_IDENTITY_NOTE =
  'A DICOM SEG or RTSTRUCT carries the name, the identifier and the study of the patient from the source series: without them no viewer shows it on its images. No other format, no sidecar and no log does.'

/** The folder of an nnU-Net dataset; nnU-Net wants a number and a name. */
export const NNUNET_FOLDER = 'Dataset001_OrganMosaic'

/** Organs as file names, all different. */
export function organFileNames(organs: readonly string[]): string[] {
  const taken = new Set<string>()
  return organs.map((organ) => {
    const base = organ.replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    let name = base
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${base}_${count}`
    taken.add(name.toLowerCase())
    return name
  })
}

/**
 * Files that a format may write for a case, relative to the output folder, with / between folders.
 * @param channels of its image
 */
export function outputFiles(format: OutputFormat, id: string, organs: readonly string[], channels = 1): string[] {
  const names = organFileNames(organs)
  switch (format) {
    case 'nifti':
      return [`${id}.nii.gz`]
    case 'nifti-masks':
      return names.map((name) => `${id}_masks/${name}.nii.gz`)
    case 'seg-nrrd':
      return [`${id}.seg.nrrd`]
    case 'dicom-seg':
      return [`${id}.seg.dcm`]
    case 'rtstruct':
      return [`${id}.rtstruct.dcm`]
    case 'stl':
      return names.map((name) => `${id}_surfaces/${name}.stl`)
    case 'obj':
      return names.flatMap((name) => [`${id}_surfaces/${name}.obj`, `${id}_surfaces/${name}.mtl`])
    case 'probabilities':
      return names.map((name) => `${id}_probabilities/${name}.nii.gz`)
    case 'nnunet':
      return [
        ...Array.from({ length: channels }, (_, n) => {
          return `${NNUNET_FOLDER}/imagesTr/${id}_${String(n).padStart(4, '0')}.nii.gz`
        }),
        `${NNUNET_FOLDER}/labelsTr/${id}.nii.gz`,
      ]
  }
}

/** What was found when a written file was read again with the reader of the import. */
export const OutputCheckSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('identical'), voxels: z.int().describe('All that were compared') }),
  z.object({ kind: z.literal('contours'), organs: z.int(), lowestDice: z.number() }),
  z.object({
    kind: z.literal('surfaces'),
    organs: z.int(),
    largestVolumeDifference: z.number().describe('Share of the volume of the voxels; every surface is closed'),
  }),
])
export type OutputCheck = z.infer<typeof OutputCheckSchema>

/** A segmentation in one format, complete and checked. */
export const WrittenSegmentationSchema = z.object({
  caseId: z.string(),
  format: OutputFormatSchema,
  files: z.array(z.string()).describe('Absolute'),
  check: OutputCheckSchema,
})
export type WrittenSegmentation = z.infer<typeof WrittenSegmentationSchema>

/** As a sentence without its stop. */
export function describeCheck(check: OutputCheck): string {
  switch (check.kind) {
    case 'identical':
      return `read back, ${check.voxels.toLocaleString('en-US')} voxels and their place are the same`
    case 'contours':
      return `read back and filled, ${check.organs} organs, lowest Dice ${check.lowestDice.toFixed(4)}`
    case 'surfaces':
      return `read back, ${check.organs} closed surfaces, volumes within ${(100 * check.largestVolumeDifference).toFixed(1)} %`
  }
}

export const RunCasesSchema = z.array(
  z.object({
    dataset: z.string(),
    trained: z.boolean().describe('Whether the run was trained on it: then its true labels complete the export'),
    cases: z.array(z.object({ caseId: z.string(), imageThere: z.boolean() })),
  }),
)
export type RunCases = z.infer<typeof RunCasesSchema>

export const PlannedFileSchema = z.object({
  name: z.string().describe('Of files of one kind in a folder of their own: the folder, ending in /'),
  kind: z.enum([...OutputFormatSchema.options, 'provenance', 'sidecar']),
  count: z.int().describe('Files; of surfaces at most so many'),
  overwrites: z.boolean(),
})

export const PlannedImageSchema = z.object({
  id: z.string(),
  image: z.string().describe('Absolute'),
  voxels: z.int().nullable().describe('null: the header cannot be read'),
  isDicom: z.boolean(),
  formats: z.array(OutputFormatSchema),
  refused: z.array(z.string()).describe('Why a format that was chosen cannot be written for it'),
  files: z.array(PlannedFileSchema),
})
export type PlannedImage = z.infer<typeof PlannedImageSchema>

export const OutputPlanSchema = z.object({
  output: z.string().describe('Folder, absolute'),
  exists: z.boolean(),
  images: z.array(PlannedImageSchema),
  overwritten: z.int().describe('Files of these names that are there already'),
  largestBytes: z.number().describe('If nothing could be compressed; label maps usually shrink to a few per cent'),
  expectedBytes: z.number(),
  freeBytes: z.number().nullable().describe('On the disk of the folder'),
})
export type OutputPlan = z.infer<typeof OutputPlanSchema>

export const UploadSchema = z.object({
  file: z.string(),
  path: z.string().describe('Absolute, on the machine that runs the host'),
  bytes: z.number(),
})
export type Upload = z.infer<typeof UploadSchema>
