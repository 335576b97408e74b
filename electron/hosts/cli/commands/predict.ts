// organ-mosaic predict: segments images that nobody registered.
import { z } from 'zod'
import { PredictionResultSchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { defined, modelFlag, modelOption, stageFlag, stageOption } from '../option-schemas.ts'
import { renderPrediction } from '../render-prediction.ts'
import { watchJob } from '../watch-job.ts'

export const predict = defineCommand({
  usage: 'predict <run>',
  summary: 'segment an image, or every image of a folder, with a run',
  options: [
    ['--input <file-or-folder>', '(required) an image (NIfTI, NRRD, MetaImage), or a folder of images'],
    ['--output <folder>', '(required) where the label maps and their JSON go'],
    stageFlag,
    modelFlag,
  ],
  examples: ['organ-mosaic predict first --input ~/scans --output ~/segmentations'],
  input: z.object({
    run: z.string(),
    input: z.string('name an image or a folder of images with --input'),
    output: z.string('name the folder for the label maps with --output'),
    stage: stageOption,
    model: modelOption,
  }),
  output: PredictionResultSchema,
  run: (services, request, terminal) => watchJob(terminal, (watch) => services.predictWithRun(defined(request), watch)),
  succeeded: ({ failures }) => failures.length === 0,
  render: renderPrediction,
})
