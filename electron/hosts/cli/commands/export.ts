// organ-mosaic export: complete segmentations of the cases that a run was trained on.
import { z } from 'zod'
import { PredictionResultSchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { defined, modelFlag, modelOption, stageFlag, stageOption } from '../option-schemas.ts'
import { renderPrediction } from '../render-prediction.ts'
import { watchJob } from '../watch-job.ts'

export const exportCommand = defineCommand({
  usage: 'export <run>',
  summary: "write complete segmentations of the run's own cases: true labels where they exist, predictions elsewhere",
  options: [['--output <folder>', '(required) where the label maps and their JSON go'], stageFlag, modelFlag],
  examples: ['organ-mosaic export first --output ~/complete'],
  input: z.object({
    run: z.string(),
    output: z.string('name the folder for the label maps with --output'),
    stage: stageOption,
    model: modelOption,
  }),
  output: PredictionResultSchema,
  run: (services, request, terminal) => watchJob(terminal, (watch) => services.exportRun(defined(request), watch)),
  succeeded: ({ failures }) => failures.length === 0,
  render: renderPrediction,
})
