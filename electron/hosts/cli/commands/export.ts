// organ-mosaic export: complete segmentations of the cases that a run was trained on.
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

export const exportCommand = defineCommand({
  usage: 'export <run>',
  summary: "write complete segmentations of the run's own cases: true labels where they exist, predictions elsewhere",
  options: [
    ['--output <folder>', '(required) where the segmentations and their JSON go'],
    formatFlag,
    stageFlag,
    modelFlag,
  ],
  examples: [
    'organ-mosaic export first --output ~/complete',
    'organ-mosaic export first --output ~/complete --format dicom-seg,rtstruct',
  ],
  input: z.object({
    run: z.string(),
    output: z.string('name the folder for the segmentations with --output'),
    stage: stageOption,
    model: modelOption,
    format: formatOption,
  }),
  details: formatDetails,
  output: PredictionResultSchema,
  run: (services, { format: formats, ...request }, terminal) =>
    watchJob(terminal, (watch) => services.exportRun(defined({ ...request, formats }), watch)),
  succeeded: ({ failures }) => failures.length === 0,
  render: renderPrediction,
})
