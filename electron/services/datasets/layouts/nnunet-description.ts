// dataset.json in its versions: nnU-Net 2 names values ("liver": 1), nnU-Net 1 and the Decathlon number names ("1": "liver").
import { z } from 'zod'
import { OrganMosaicError } from '../../../../contract/errors.ts'

const ChannelsSchema = z.union([z.string(), z.record(z.string(), z.string())])

const DescriptionSchema = z.object({
  name: z.string().optional(),
  labels: z.record(z.string(), z.union([z.number(), z.string(), z.array(z.number())])).optional(),
  channel_names: ChannelsSchema.optional(),
  modality: ChannelsSchema.optional(),
  training: z.array(z.object({ image: z.string(), label: z.string() })).optional(),
})
export type DatasetDescription = z.infer<typeof DescriptionSchema>

/** The description, or the end of a sentence that begins with the file's path: what is wrong with it. */
export function parseDescription(text: string): DatasetDescription | string {
  let content: unknown
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return `is not JSON (${error instanceof Error ? error.message : error}); repair it or move it away.`
  }
  const parsed = DescriptionSchema.safeParse(content)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `is not as nnU-Net writes it: ${issue.path.join('.') || 'the file'}: ${issue.message}.`
  }
  if (!parsed.data.labels || Object.keys(parsed.data.labels).length === 0) {
    return 'declares no "labels"; expected names and values such as {"background": 0, "liver": 1}.'
  }
  return parsed.data
}

/** Channel names in order of their number; empty when the file does not say. */
export function channelsOf({ channel_names, modality }: DatasetDescription): string[] {
  const channels = channel_names ?? modality ?? {}
  return typeof channels === 'string' ? [channels] : Object.values(channels)
}

/** A name of the description, and the values that it stands for: one, or those of a region. */
export interface DeclaredLabel {
  readonly sourceName: string
  readonly values: readonly number[]
}

/**
 * The labels without background, ascending by their lowest value; of those that share it, the largest region first.
 * @throws OrganMosaicError invalid-data for an ignore label, values that name two labels, or a region of anything else
 */
export function declaredLabels(description: DatasetDescription, path: string): DeclaredLabel[] {
  const labels = Object.entries(description.labels ?? {}).map(([left, right]) => labelOf(left, right, path))
  const foreground = labels
    .filter(({ values }) => values.join() !== '0')
    .sort((a, b) => a.values[0] - b.values[0] || b.values.length - a.values.length)
  const seen = new Set<string>()
  for (const { values } of foreground) {
    if (!seen.has(values.join())) {
      seen.add(values.join())
      continue
    }
    const what = values.length === 1 ? `value ${values[0]}` : `values ${values.join(', ')}`
    throw new OrganMosaicError('invalid-data', `${path}: two labels have the ${what}; expected one each.`)
  }
  if (foreground.length === 0) {
    throw new OrganMosaicError('invalid-data', `${path} declares background only; expected at least one organ.`)
  }
  return foreground
}

function labelOf(left: string, right: number | string | number[], path: string): DeclaredLabel {
  const single = Array.isArray(right) && right.length === 1 ? right[0] : right
  if (Array.isArray(single)) return { sourceName: left, values: valuesOfRegion(left, single, path) }
  const numbered = integerOf(single)
  const [value, sourceName] = numbered !== null ? [numbered, left] : [integerOf(left), String(single)]
  if (value === null) {
    throw new OrganMosaicError('invalid-data', `${path}: label "${left}": expected an integer value, got "${single}".`)
  }
  if (sourceName.toLowerCase() === 'ignore') {
    throw new OrganMosaicError(
      'invalid-data',
      `${path} declares an "ignore" label (value ${value}), which is not supported; remove those voxels or their cases.`,
    )
  }
  return { sourceName, values: [value] }
}

function valuesOfRegion(name: string, values: readonly number[], path: string): number[] {
  const sorted = [...new Set(values)].sort((a, b) => a - b)
  if (sorted.length > 0 && sorted.every((value) => Number.isInteger(value) && value > 0)) return sorted
  throw new OrganMosaicError(
    'invalid-data',
    `${path}: label "${name}" is a region of the values ${values.join(', ') || '(none)'}; expected integers above 0.`,
  )
}

const integerOf = (value: number | string): number | null =>
  String(value).trim() !== '' && Number.isInteger(Number(value)) ? Number(value) : null
