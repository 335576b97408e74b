// organ-mosaic train: plans a run, starts it in the background and follows it.
import { z } from 'zod'
import { RunSummarySchema } from '../../../../contract/commands.ts'
import { defaultMethod, MethodSchema } from '../../../../contract/methods.ts'
import { PresetSchema, StagesSchema } from '../../../../contract/run-config.ts'
import { defineCommand } from '../define-command.ts'
import { followTraining } from '../follow-training.ts'
import { defined, nameList, onFlag } from '../option-schemas.ts'
import { renderRunLine } from '../render-run.ts'

export const train = defineCommand({
  usage: 'train',
  summary: 'train a run on 2 to 9 partially labelled datasets',
  options: [
    ['--name <run>', '(required) the name of the new run'],
    ['--datasets <a,b,...>', '(required) names of 2 to 9 registered datasets; model k is trained on the k-th'],
    ['--preset <quick|standard|full>', 'how much is computed (default: standard)'],
    [
      `--method <${MethodSchema.options.join('|')}>`,
      'what is trained (default: mutual+; with --stages mutual, unless they are 0,1,2)',
    ],
    ['--stages <0|1|2|...>', 'which stages, such as 1,2; 0: the shared network (default: those of the method)'],
    ['--stage1-from <run>', 'with --stages 2: the run whose stage-1 models it starts from'],
    [
      '--labels-from <dataset>',
      'upper bound: learn from the complete labels that a reference dataset has of the images',
    ],
    ['--config <file>', 'a JSON file with any part of the configuration, on top of the preset'],
    ['--set <key=value...>', 'single settings on top of all others, e.g. stage1.steps=400'],
    onFlag,
    ['--detach', 'return at once; organ-mosaic run NAME shows how far it is'],
  ],
  details: `All settings for --config and --set are in docs/reference/configuration.md, what the presets change in
docs/reference/presets.md.`,
  examples: [
    'organ-mosaic train --name first --datasets site-a,site-b,site-c --preset quick',
    'organ-mosaic train --name plain --datasets site-a,site-b --set stage1.predictionDifference.enabled=off --detach',
  ],
  input: z.object({
    name: z.string('give the run a name, such as --name first'),
    datasets: z.string('name the datasets, such as --datasets site-a,site-b').pipe(nameList),
    preset: PresetSchema.optional(),
    method: MethodSchema.optional(),
    stages: StagesSchema.optional(),
    stage1From: z.string().optional(),
    labelsFrom: z.string().optional(),
    config: z.string().optional(),
    set: z.array(z.string()).default([]),
    on: z.string().optional(),
    detach: z.boolean().default(false),
  }),
  output: RunSummarySchema,
  run: async (services, { detach, config, on, method, ...request }, terminal) => {
    const chosen = method ?? defaultMethod(request.stages)
    const { name } = services.createRun(defined({ ...request, method: chosen, configFile: config }))
    services.findSharedNames(request.datasets).forEach(terminal.note)
    const from = await services.startRun(name, defined({ place: on }))
    if (!detach) return followTraining(services, name, from, terminal)
    terminal.note(`Run ${name} goes on without this command; organ-mosaic run ${name} shows how far it is.`)
    return services.getRun(name).summary
  },
  render: renderRunLine,
})
