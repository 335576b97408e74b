// organ-mosaic demo: the whole way on a study that it makes itself.
import { join } from 'node:path'
import { z } from 'zod'
import { DemoResultSchema, type DemoResult } from '../../../../contract/commands.ts'
import { runDemo } from '../../../services/demo/run-demo.ts'
import { defaultHome } from '../../../services/workspace/open-workspace.ts'
import { defineCommand } from '../define-command.ts'
import { followTraining } from '../follow-training.ts'
import { defined } from '../option-schemas.ts'
import { duration, score, table, type Style } from '../text.ts'
import { watchJob } from '../watch-job.ts'

const wholeNumber = z.coerce.number('expected a whole number').int('expected a whole number')

export const demo = defineCommand({
  usage: 'demo',
  summary: 'make a phantom study of three sites, train on it, score every model, export; again: continue or show',
  options: [
    ['--ablation', 'train every step of the method with and without its terms, too (long)'],
    ['--seed <n>', 'another study (default: 1)'],
    ['--cases <n>', 'training cases of each site (default: 16)'],
    ['--test-cases <n>', 'test cases (default: 12)'],
    ['--resolution <share>', 'voxels along an axis relative to the full study (default: 1)'],
    ['--set <key=value...>', 'settings of the run on top of the quick preset'],
  ],
  examples: ['organ-mosaic demo', 'organ-mosaic demo --home /tmp/mosaic --ablation'],
  input: z.object({
    ablation: z.boolean().default(false),
    seed: wholeNumber.optional(),
    cases: wholeNumber.min(1, 'expected at least 1').optional(),
    testCases: wholeNumber.min(1, 'expected at least 1').optional(),
    resolution: z.coerce.number('expected a number').optional(),
    set: z.array(z.string()).default([]),
  }),
  output: DemoResultSchema,
  run: async (services, { ablation, set, cases, ...study }, terminal) => {
    const line = terminal.progress('making the study  ')
    try {
      return await runDemo(
        services,
        { ablation, set, study: defined({ ...study, trainingCases: cases }) },
        {
          note: line.note,
          making: line.count,
          followRun: (name, from) => followTraining(services, name, from, terminal),
          watchJob: (label, work) => watchJob(terminal, work, label),
        },
      )
    } finally {
      line.close()
    }
  },
  render: renderDemo,
})

function renderDemo(result: DemoResult, style: Style): string {
  const { home, study, folder, report, export: exported, ablation, seconds } = result
  const lines = [
    'Dice, 0 to 1; pseudo labels (POS fused, sure voxels only) on the training images, all others on the test cases',
    renderDice(result, style),
    '',
    ...(ablation ? ['Fused models with these terms, on the test cases', renderDice(ablation, style), ''] : []),
    'Where everything is',
    `  workspace  ${home}`,
    `  study      ${study}`,
    `  run        ${folder}`,
    `  reports    ${report}`,
    `  exports    ${exported}`,
    '',
    'What to try next (in a clone: npm run mosaic -- COMMAND)',
    ...nextCommands(result).map((command) => `  ${command}`),
    '',
    `It took ${duration(seconds)}.`,
  ]
  return lines.join('\n')
}

/** They name the workspace where it is not the one that they would take themselves. */
function nextCommands({ home, study, run }: DemoResult): string[] {
  const quoted = (path: string): string => (/\s/.test(path) ? `"${path}"` : path)
  const images = quoted(join(study, 'test-complete', 'imagesTs'))
  const suffix = home === defaultHome() ? '' : ` --home ${quoted(home)}`
  return [
    `organ-mosaic run ${run}`,
    'organ-mosaic matrix site-a site-b site-c',
    `organ-mosaic evaluate ${run} --dataset test-complete --save-predictions`,
    `organ-mosaic predict ${run} --input ${images} --output ${quoted(join(home, 'demo-predictions'))}`,
    'organ-mosaic register FOLDER --name NAME',
    'organ-mosaic train --name first --datasets A,B,C',
  ].map((command) => command + suffix)
}

function renderDice({ columns, table: rows }: Pick<DemoResult, 'columns' | 'table'>, style: Style): string {
  return table(
    ['organ', ...columns],
    rows.map(({ organ, dice }) => [organ, ...columns.map((column) => score(dice[column]))]),
    style,
  )
}
