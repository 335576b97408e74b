// organ-mosaic stop: ends a running training; its best models so far can be used, and resume continues it.
import { z } from 'zod'
import { RunSummarySchema } from '../../../../contract/commands.ts'
import { askRun } from '../ask-run.ts'
import { defineCommand } from '../define-command.ts'
import { pauseOrStop } from '../pause-or-stop.ts'
import { renderRunLine } from '../render-run.ts'

export const stop = defineCommand({
  usage: 'stop <name>',
  summary: 'stop a running training after its present step; its best models so far can be used',
  details: pauseOrStop,
  examples: ['organ-mosaic stop first'],
  input: z.object({ name: z.string() }),
  output: RunSummarySchema,
  run: (services, { name }, terminal) => askRun(services, name, 'stop', terminal),
  render: renderRunLine,
})
