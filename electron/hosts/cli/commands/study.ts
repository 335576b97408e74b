// organ-mosaic study: methods and seeds from a file, trained and scored one after the other; again: continue or show.
import { z } from 'zod'
import { StudyResultSchema, type OverSeeds, type StudyResult } from '../../../../contract/study.ts'
import { readStudyConfig, runStudy } from '../../../services/study/run-study.ts'
import { defineCommand } from '../define-command.ts'
import { defined, onFlag } from '../option-schemas.ts'
import { followTraining } from '../follow-training.ts'
import { table, type Style } from '../text.ts'
import { watchJob } from '../watch-job.ts'

export const study = defineCommand({
  usage: 'study',
  summary: 'train and score methods side by side, each with several seeds; again: continue or show',
  options: [['--config <file>', '(required) a JSON file: datasets, test set, preset, seeds, and the methods'], onFlag],
  details: `docs/how-to/compare-methods.md describes the file. Interrupt it as you like: asked again, it goes on.`,
  examples: ['organ-mosaic study --config head-and-neck.json'],
  input: z.object({
    config: z.string('name the file of the study, such as --config study.json'),
    on: z.string().optional(),
  }),
  output: StudyResultSchema,
  run: (services, { config, on }, terminal) =>
    runStudy(
      services,
      { ...readStudyConfig(config), ...defined({ place: on }) },
      {
        note: terminal.note,
        followRun: (name, from) => followTraining(services, name, from, terminal),
        watchJob: (label, work) => watchJob(terminal, work, label),
      },
    ),
  render: renderStudy,
})

function renderStudy({ rows, config, budget, folder }: StudyResult, style: Style): string {
  const value = ({ mean, sd }: OverSeeds): string =>
    mean === null ? '-' : `${mean.toFixed(3)}${sd === null ? '' : ` ± ${sd.toFixed(3)}`}`
  const organs = rows[0]?.organs.map(({ organ }) => organ) ?? []
  return [
    `Dice on ${config.test}, ${budget} patches of each dataset; mean and standard deviation over seeds`,
    table(
      ['method', 'seeds', ...organs, 'mean'],
      rows.map((row) => [
        row.name,
        String(row.runs.length),
        ...row.organs.map(({ dice }) => value(dice)),
        value(row.mean.dice),
      ]),
      style,
    ),
    '',
    `Tables, figures and tests: ${folder}`,
  ].join('\n')
}
