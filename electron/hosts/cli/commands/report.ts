// organ-mosaic report: what helps to understand a problem, in one file without patient data, shown before it is written.
import { resolve } from 'node:path'
import { z } from 'zod'
import { formatBytes } from '../../../../contract/format-bytes.ts'
import { WrittenReportSchema, type ReportContents } from '../../../../contract/problem-report.ts'
import { defineCommand } from '../define-command.ts'
import type { Terminal } from '../terminal.ts'
import { table } from '../text.ts'
import { watchJob } from '../watch-job.ts'

export const report = defineCommand({
  usage: 'report [runs...]',
  summary: 'gather versions, settings, journals and logs into one file to send with a problem, without patient data',
  details: `Without the name of a run, the newest three go along. Names of datasets, cases, patients, runs and folders are replaced
by numbers; images and labels are left out. What is in it is listed first; it is written when you say yes, or with --yes.`,
  options: [
    ['--output <file>', 'the file to write (default: organ-mosaic-report-DATE.zip in this folder)'],
    ['--show <name>', 'print one of its files, and write nothing'],
    ['--yes', 'write it without asking'],
  ],
  examples: ['organ-mosaic report first', 'organ-mosaic report first --show errors.json', 'organ-mosaic report --yes'],
  input: z.object({
    runs: z.array(z.string()).default([]),
    output: z.string().optional(),
    show: z.string().optional(),
    yes: z.boolean().default(false),
  }),
  output: WrittenReportSchema.extend({ shown: z.string().nullable().describe('The file that was asked for') }),
  run: async ({ problemReports }, { runs, output, show, yes }, terminal) => {
    const contents = await watchJob(terminal, (watch) => problemReports.prepare({ runs }, watch))
    if (show !== undefined) {
      return { written: false, path: null, contents, shown: problemReports.read(contents.id, show) }
    }
    const path = resolve(output ?? contents.suggestedName)
    if (!yes) terminal.note(describeContents(contents, terminal))
    const written = yes || (await terminal.confirm(`Write ${path}?`))
    if (written) await problemReports.write(contents.id, path)
    return { written, path: written ? path : null, contents, shown: null }
  },
  render: ({ written, path, contents, shown }) => {
    if (shown !== null) return shown.trimEnd()
    return written
      ? `Written: ${path}, ${formatBytes(contents.bytes)}, ${contents.files.length} files.`
      : 'Nothing was written. Say y when asked, or give --yes; --show NAME prints one of the files.'
  },
})

function describeContents({ files, names }: ReportContents, { style }: Terminal): string {
  const rows = files.map(({ name, bytes, about }) => [name, formatBytes(bytes), about])
  return [
    table(['file', 'size', 'what'], rows, style),
    ...(names.length > 0
      ? [`In it ${names.map(({ name, called }) => `${name} is called ${called}`).join(', ')}.`]
      : []),
  ].join('\n')
}
