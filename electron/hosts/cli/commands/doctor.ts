// organ-mosaic doctor: can this machine train, on what, how fast, and what to do if not.
import { z } from 'zod'
import { DoctorReportSchema } from '../../../../contract/report.ts'
import { defineCommand } from '../define-command.ts'
import { table } from '../text.ts'
import { watchJob } from '../watch-job.ts'

export const doctor = defineCommand({
  usage: 'doctor',
  summary: 'examine this machine: versions, TensorFlow and its devices, memory, a real convolution with gradients',
  examples: ['organ-mosaic doctor'],
  input: z.object({}),
  output: DoctorReportSchema,
  run: (services, _input, terminal) => watchJob(terminal, (watch) => services.doctor(watch)),
  succeeded: ({ ok }) => ok,
  render: ({ ok, checks }, style) => {
    const advice = checks.filter((check) => check.advice !== '')
    const paint = { ok: style.green, warning: style.yellow, error: style.red }
    return [
      table(
        ['check', 'status', 'value'],
        checks.map(({ name, status, value }) => [name, status, value]),
        style,
      ),
      ...advice.map(({ name, status, advice: text }) => `${paint[status](status)}  ${name}: ${text}`),
      ok ? 'This machine can train.' : 'This machine cannot train yet.',
    ].join('\n')
  },
})
