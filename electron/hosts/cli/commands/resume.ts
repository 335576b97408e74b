// organ-mosaic resume: continues a run that was paused, stopped, killed, or failed.
import { z } from 'zod'
import { RunSummarySchema } from '../../../../contract/commands.ts'
import { defineCommand } from '../define-command.ts'
import { defined } from '../option-schemas.ts'
import { followTraining } from '../follow-training.ts'
import { renderRunLine } from '../render-run.ts'

export const resume = defineCommand({
  usage: 'resume <name>',
  summary:
    'continue a run that was paused, stopped, interrupted or failed, or awaits a review, from its last checkpoint',
  options: [
    ['--smaller-patch', 'after the memory did not suffice: take the smaller patch that is offered'],
    ['--on <place>', 'go on at another place (default: where it was)'],
    ['--detach', 'return at once'],
  ],
  details: `A run in the state awaiting-review (pseudoLabels.review=on) goes on once review.json lies in its folder:
{"accepted": true, "rejected": [{"dataset": "site-a", "caseId": "001", "organ": "larynx"}]}
"accepted": false ends it; rejected organs, which may be left out, are unlabelled in those cases again.

A run whose memory did not suffice says so in organ-mosaic run NAME, and which smaller patch it offers. Without
--smaller-patch the same patch is tried again.`,
  examples: ['organ-mosaic resume first', 'organ-mosaic resume first --smaller-patch'],
  input: z.object({
    name: z.string(),
    smallerPatch: z.boolean().default(false),
    on: z.string().optional(),
    detach: z.boolean().default(false),
  }),
  output: RunSummarySchema,
  run: async (services, { name, smallerPatch, on, detach }, terminal) => {
    const from = await services.startRun(name, defined({ smallerPatch, place: on }))
    return detach ? services.getRun(name).summary : followTraining(services, name, from, terminal)
  },
  render: renderRunLine,
})
