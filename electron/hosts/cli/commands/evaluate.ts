// organ-mosaic evaluate: Dice and surface distances of a run's models on a registered dataset.
import { z } from 'zod'
import { EvaluationResultSchema, type EvaluationResult } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { defined, modelOption, onFlag, stageFlag, stageOption } from '../option-schemas.ts'
import { decimal, duration, score, table, type Style } from '../text.ts'
import { watchJob } from '../watch-job.ts'

export const evaluate = defineCommand({
  usage: 'evaluate <run>',
  summary: 'score the models of a run, or its pseudo labels, on a dataset',
  options: [
    ['--dataset <name>', '(required) a registered dataset; for pseudo labels one of role reference'],
    stageFlag,
    ['--model <model>', 'a number (position of its dataset), ensemble (default), or pseudo: the stored pseudo labels'],
    ['--nsd-tolerance <mm>', 'tolerance of the surface Dice (default: 2)'],
    onFlag,
    ['--save-predictions', 'keep the predicted label maps; the answer says where'],
  ],
  examples: [
    'organ-mosaic evaluate first --dataset test-complete',
    'organ-mosaic evaluate first --dataset reference --model pseudo',
  ],
  input: z.object({
    run: z.string(),
    dataset: z.string('name the dataset to score on, such as --dataset test-complete'),
    stage: stageOption,
    model: modelOption,
    nsdTolerance: z.coerce.number('expected millimetres above 0').positive('expected millimetres above 0').optional(),
    on: z.string().optional(),
    savePredictions: z.boolean().default(false),
  }),
  output: EvaluationResultSchema,
  run: (services, { nsdTolerance, on, ...request }, terminal) =>
    watchJob(terminal, (watch) =>
      services.evaluateRun(defined({ ...request, place: on, nsdToleranceMm: nsdTolerance }), watch),
    ),
  succeeded: ({ failures }) => failures.length === 0,
  render: renderEvaluation,
})

function renderEvaluation(report: EvaluationResult, style: Style): string {
  const rows = report.organs.map((each) => [
    each.organ,
    String(each.cases),
    score(each.dice),
    score(each.diceSd),
    decimal(each.hd95Mm),
    decimal(each.assdMm, 2),
    score(each.nsd),
    String(each.missed),
    String(each.invented),
  ])
  const header = ['organ', 'cases', 'Dice', 'sd', 'HD95 mm', 'ASSD mm', 'NSD', 'missed', 'invented']
  return [
    `Run ${style.bold(report.run)}, stage ${report.stage}, model ${report.model}, on ${report.dataset} (NSD at ${report.nsdToleranceMm} mm)`,
    table(header, rows, style),
    `mean Dice ${score(report.meanDice)}, in ${duration(report.seconds)}`,
    ...(report.predictions === null ? [] : [`label maps in ${report.predictions}`]),
    ...report.warnings.map((warning) => `${style.yellow('warning')}  ${warning}`),
    ...report.failures.map(({ caseId, message }) => `${style.red('not scored')}  ${caseId}: ${message}`),
  ].join('\n')
}
