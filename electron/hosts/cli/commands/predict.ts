// organ-mosaic predict: segments images that nobody registered.
import { z } from 'zod'
import { PredictionResultSchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import {
  defined,
  formatDetails,
  formatFlag,
  formatOption,
  modelFlag,
  modelOption,
  stageFlag,
  stageOption,
} from '../option-schemas.ts'
import { renderPrediction } from '../render-prediction.ts'
import { watchJob } from '../watch-job.ts'

export const predict = defineCommand({
  usage: 'predict <run>',
  summary: 'segment images, or every image or DICOM series of a folder, with a run',
  options: [
    [
      '--input <place...>',
      '(required) images of any kind that is read, folders of them, folders with DICOM series, archives (.zip, .tar.gz) of these, or addresses of a part',
    ],
    ['--output <folder>', '(required) where the segmentations and their JSON go'],
    formatFlag,
    stageFlag,
    modelFlag,
  ],
  examples: [
    'organ-mosaic predict first --input ~/scans --output ~/segmentations',
    'organ-mosaic predict first --input ~/from-pacs.zip --output ~/segmentations',
    'organ-mosaic predict first --input ~/mr4d.nii.gz#volume=2 --output ~/segmentations',
    'organ-mosaic predict first --input ~/scans/patient-7 --output ~/segmentations --format dicom-seg,stl',
  ],
  input: z.object({
    run: z.string(),
    input: z.array(z.string(), 'name an image or a folder of images with --input').min(1),
    output: z.string('name the folder for the segmentations with --output'),
    stage: stageOption,
    model: modelOption,
    format: formatOption,
  }),
  details: formatDetails,
  output: PredictionResultSchema,
  run: (services, { format: formats, ...request }, terminal) =>
    watchJob(terminal, (watch) => services.predictWithRun(defined({ ...request, formats }), watch)),
  succeeded: ({ failures }) => failures.length === 0,
  render: renderPrediction,
})
