// organ-mosaic runs: every training run, newest first.
import { z } from 'zod'
import { RunSummarySchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { renderRuns } from '../render-run.ts'

export const runs = defineCommand({
  usage: 'runs',
  summary: 'list the training runs',
  examples: ['organ-mosaic runs'],
  input: z.object({}),
  output: z.object({ runs: z.array(RunSummarySchema) }),
  run: async (services) => {
    await services.lookAtPlaces()
    return { runs: services.listRuns() }
  },
  render: (output, style) => renderRuns(output.runs, style),
})
