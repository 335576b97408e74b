// Options that several commands share: text from the command line to what the services want.
import { z } from 'zod'
import { DICOM_IDENTITY_NOTE, OUTPUT_FORMATS, OutputFormatSchema, type OutputFormat } from '../../../contract/output.ts'
import { StageNumberSchema } from '../../../contract/run-config.ts'
import { ModelChoiceSchema, type ModelChoice } from '../../../contract/job.ts'

export const stageOption = z
  .enum(['0', '1', '2'], 'expected 0 (the shared network), 1 (partial-organ models) or 2 (full-organ models)')
  .transform((text) => StageNumberSchema.parse(Number(text)))
  .optional()

export const modelOption = z
  .string()
  .transform((text, context): ModelChoice => {
    const parsed = ModelChoiceSchema.safeParse(/^\d+$/.test(text) ? Number(text) : text)
    if (parsed.success) return parsed.data
    context.addIssue('expected a model number from 1 to 9, ensemble or pseudo')
    return z.NEVER
  })
  .optional()

export const onFlag = ['--on <place>', 'where it is computed, see organ-mosaic places (default: this machine)'] as const

export const stageFlag = ['--stage <0|1|2>', 'models of this stage (default: the last one trained)'] as const
export const modelFlag = ['--model <model>', 'a number (position of its dataset) or ensemble (default)'] as const

/** "A,B,C" without empty names. */
export const nameList = z.string().transform((text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
)

/** "dicom-seg,rtstruct", with or without blanks. */
export const formatOption = nameList
  .transform((names, context): OutputFormat[] => {
    const parsed = z
      .array(OutputFormatSchema)
      .min(1)
      .safeParse([...new Set(names)])
    if (parsed.success) return parsed.data
    context.addIssue(`expected formats between commas, of ${OutputFormatSchema.options.join(', ')}`)
    return z.NEVER
  })
  .optional()

export const formatFlag = [
  '--format <formats>',
  'formats between commas, see below (default: dicom-seg for a DICOM series, nifti for other images)',
] as const

/** The formats, for --help. */
export const formatDetails = [
  'Formats:',
  ...OutputFormatSchema.options.map((format) => {
    const { name, about, needsDicom } = OUTPUT_FORMATS[format]
    return `  ${format.padEnd(15)}${name}: ${about}${needsDicom ? ' (DICOM series only)' : ''}`
  }),
  '',
  DICOM_IDENTITY_NOTE,
].join('\n')

/** Leaves out what is undefined, for callees whose optional properties must be absent. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
