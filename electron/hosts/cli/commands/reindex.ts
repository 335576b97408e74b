// organ-mosaic reindex: the database anew from the folders.
import { z } from 'zod'
import { ReindexResultSchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { count } from '../text.ts'

export const reindex = defineCommand({
  usage: 'reindex',
  summary: 'rebuild the database from the folders of the workspace',
  examples: ['organ-mosaic reindex'],
  input: z.object({}),
  output: ReindexResultSchema,
  run: (services) => services.reindex(),
  render: ({ datasets, cases, runs, events, skipped }, style) =>
    [
      `Indexed ${count(datasets, 'dataset')} with ${count(cases, 'case')}, ${count(runs, 'run')} with ${count(events, 'event')}.`,
      ...skipped.map((line) => `${style.yellow('skipped')}  ${line}`),
    ].join('\n'),
})
