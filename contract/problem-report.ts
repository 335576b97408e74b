// An archive that goes with a report of a problem: what is in it is shown before it is written.
import { z } from 'zod'
import { NameSchema } from './name.ts'

export const ReportRequestSchema = z.object({
  runs: z.array(NameSchema).max(50).default([]).describe('Runs that go along; without any, the newest three'),
})
export type ReportRequest = z.input<typeof ReportRequestSchema>

export const ReportContentsSchema = z.object({
  id: z.string().describe('To read and to write what was gathered'),
  suggestedName: z.string().describe('Of the file'),
  bytes: z.int().nonnegative().describe('Of the archive'),
  files: z.array(z.object({ name: z.string(), bytes: z.int().nonnegative(), about: z.string() })),
  names: z
    .array(z.object({ name: z.string(), called: z.string() }))
    .describe('What datasets and runs are called in it; for the eyes of whoever sends it, and not in the archive'),
})
export type ReportContents = z.infer<typeof ReportContentsSchema>

export const WrittenReportSchema = z.object({
  written: z.boolean().describe('false: only shown'),
  path: z.string().nullable(),
  contents: ReportContentsSchema,
})
export type WrittenReport = z.infer<typeof WrittenReportSchema>
