// organ-mosaic run: one training run with its latest numbers.
import { z } from 'zod'
import { RunDetailSchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { renderRun } from '../render-run.ts'

export const run = defineCommand({
  usage: 'run <name>',
  summary: 'show a run: state, progress, validation, checkpoints, evaluations',
  examples: ['organ-mosaic run first'],
  input: z.object({ name: z.string() }),
  output: RunDetailSchema,
  run: async (services, { name }) => {
    await services.lookAtPlaces()
    return services.getRun(name)
  },
  render: renderRun,
})
