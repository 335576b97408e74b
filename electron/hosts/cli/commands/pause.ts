// organ-mosaic pause: pauses a running training; resume continues it bit for bit.
import { z } from 'zod'
import { RunSummarySchema } from '../../../../contract/commands.ts'
import { askRun } from '../ask-run.ts'
import { defineCommand } from '../define-command.ts'
import { pauseOrStop } from '../pause-or-stop.ts'
import { renderRunLine } from '../render-run.ts'

export const pause = defineCommand({
  usage: 'pause <name>',
  summary: 'pause a running training after its present step, to continue it later',
  details: pauseOrStop,
  examples: ['organ-mosaic pause first'],
  input: z.object({ name: z.string() }),
  output: RunSummarySchema,
  run: (services, { name }, terminal) => askRun(services, name, 'pause', terminal),
  render: renderRunLine,
})
