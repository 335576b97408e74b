// What the labels of a dataset mean, as a small file of its own: made from one dataset, shared, and applied to the next.
// Here, because the window shows what the command line does.
import { z } from 'zod'
import { NameSchema } from './name.ts'
import { OrganIdSchema } from './organ.ts'

export const MappingFileSchema = z.object({
  format: z.literal('organ-mosaic-mapping'),
  version: z.literal(1),
  dataset: NameSchema.optional().describe('Where it was made'),
  labels: z
    .array(
      z.object({
        key: z.string().min(1).describe('The label value, or the name of the mask or segment'),
        name: z.string().min(1).describe('As the dataset calls it'),
        organs: z.array(OrganIdSchema).describe('Empty: it is left out'),
        split: z.boolean().optional().describe('It is taken apart into left and right'),
        notDrawn: z.boolean().optional().describe('A label map without a voxel of it says nothing of it'),
      }),
    )
    .min(1)
    .max(5000),
})
export type MappingFile = z.infer<typeof MappingFileSchema>
type MappedLabel = MappingFile['labels'][number]

export interface NamedLabel {
  readonly key: string
  readonly sourceName: string
}

export interface AppliedMapping {
  readonly mapping: { key: string; organs: string[] }[]
  readonly splits: string[]
  readonly notDrawn: string[]
  /** What a person should know: what the file does not name, and what the dataset lacks */
  readonly words: readonly MappingWord[]
}

export interface MappingWord {
  readonly kind: 'applied' | 'not-named' | 'lacking' | 'contradiction'
  readonly text: string
}

/**
 * What a file says of these labels. A name counts before a value: values are chosen by whoever draws, and the same value
 * under another name is another structure.
 */
export function applyMappingFile(file: MappingFile, labels: readonly NamedLabel[]): AppliedMapping {
  const pairs = labels.map((label) => ({ label, found: findLabel(file, label) }))
  const contradictions = pairs.flatMap(({ label, found }) => (found ? [] : (sameValue(file, label) ?? [])))
  const applied = pairs.flatMap(({ label, found }) => (found ? [{ label, found }] : []))
  const used = new Set([...applied.map(({ found }) => found), ...contradictions.map(({ found }) => found)])
  const contradicted = new Set(contradictions.map(({ label }) => label))
  return {
    mapping: applied.map(({ label, found }) => ({ key: label.key, organs: [...found.organs] })),
    splits: applied.flatMap(({ label, found }) => (found.split ? [label.key] : [])),
    notDrawn: applied.flatMap(({ label, found }) => (found.notDrawn ? [label.key] : [])),
    words: wordsOf(
      { applied: applied.length, of: labels.length },
      contradictions,
      pairs.filter(({ label, found }) => !found && !contradicted.has(label)).map(({ label }) => label),
      file.labels.filter((label) => !used.has(label)),
    ),
  }
}

interface Contradiction {
  readonly label: NamedLabel
  readonly found: MappedLabel
}

function wordsOf(
  { applied, of }: { applied: number; of: number },
  contradictions: readonly Contradiction[],
  notNamed: readonly NamedLabel[],
  lacking: readonly MappedLabel[],
): MappingWord[] {
  const words: MappingWord[] = [
    { kind: 'applied', text: `The mapping names ${applied} of the ${of} labels of this dataset.` },
  ]
  for (const { label, found } of contradictions) {
    const text = `The value ${label.key} is ${found.name} in the mapping and ${label.sourceName} here: left as it is.`
    words.push({ kind: 'contradiction', text })
  }
  if (notNamed.length > 0) {
    const text = `Not in the mapping, and left as they are: ${listed(notNamed.map(({ key, sourceName }) => called(key, sourceName)))}.`
    words.push({ kind: 'not-named', text })
  }
  if (lacking.length > 0) {
    const text = `In the mapping, and not in this dataset: ${listed(lacking.map(({ key, name }) => called(key, name)))}.`
    words.push({ kind: 'lacking', text })
  }
  return words
}

function findLabel(file: MappingFile, { key, sourceName }: NamedLabel): MappedLabel | undefined {
  const name = plainName(sourceName, key)
  const byName = name === null ? undefined : file.labels.find((label) => plainName(label.name, label.key) === name)
  if (byName) return byName
  const byKey = file.labels.find((label) => label.key === key)
  // A value that has a name on both sides, and not the same one, is not the same structure.
  return byKey && (name === null || plainName(byKey.name, byKey.key) === null) ? byKey : undefined
}

function sameValue(file: MappingFile, label: NamedLabel): Contradiction[] {
  const found = file.labels.find(({ key }) => key === label.key)
  return found ? [{ label, found }] : []
}

/** null for a name that says nothing but the value. @example plainName('Parotid_L', '3') === 'parotidl' */
function plainName(name: string, key: string): string | null {
  const plain = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
  return /^-?\d+$/.test(key) && (plain === `label${key}` || plain === key || plain === '') ? null : plain
}

const called = (key: string, name: string): string => (key === name ? key : `${key} (${name})`)

const listed = (names: readonly string[]): string =>
  names.slice(0, 20).join(', ') + (names.length > 20 ? `, and ${names.length - 20} more` : '')
