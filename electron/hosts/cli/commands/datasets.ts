// organ-mosaic datasets: what is registered.
import { z } from 'zod'
import { listChannels } from '../../../../contract/channel.ts'
import { DatasetSummarySchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { table } from '../text.ts'

export const datasets = defineCommand({
  usage: 'datasets',
  summary: 'list the registered datasets',
  examples: ['organ-mosaic datasets'],
  input: z.object({}),
  output: z.object({ datasets: z.array(DatasetSummarySchema) }),
  run: (services) => ({ datasets: services.listDatasets() }),
  render: (output, style) =>
    output.datasets.length === 0
      ? 'No dataset yet; organ-mosaic register FOLDER adds one.'
      : table(
          ['name', 'role', 'channels', 'layout', 'cases', 'excluded', 'organs'],
          output.datasets.map((each) => [
            each.name,
            each.role,
            each.channels.length > 1 ? listChannels(each.channels) : each.modality,
            each.layout,
            String(each.cases),
            String(each.cases - each.usableCases),
            each.organs.join(', '),
          ]),
          style,
        ),
})
