// organ-mosaic dataset: cases, sizes, organs and findings of one dataset.
import { z } from 'zod'
import { DatasetDetailSchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { renderCases, renderDataset } from '../render-dataset.ts'

export const dataset = defineCommand({
  usage: 'dataset <name>',
  summary: 'show a dataset: cases, spacing and size statistics, organs, findings',
  examples: ['organ-mosaic dataset site-c'],
  input: z.object({ name: z.string() }),
  output: DatasetDetailSchema,
  run: (services, { name }) => services.getDataset(name),
  render: (output, style) => `${renderDataset(output, style)}\n\n${renderCases(output, style)}`,
})
