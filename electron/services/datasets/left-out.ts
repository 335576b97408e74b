// Which labels of a folder are not read as organs: those that somebody leaves out, and structures of radiotherapy plans
// that are none. Decided from names alone, before any case is read: a mask that is left out costs nothing.
import type { LeftOutLabel } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
import { applyMappingFile, type MappingFile } from '../../../contract/mapping-file.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { lookUpOrgan } from '../vocabulary/look-up-organ.ts'
import { notOrgan } from '../vocabulary/not-organs.ts'
import { createFinding } from './create-finding.ts'
import type { FoundLabel, LayoutMatch } from './layouts/layout.ts'
import type { OrganOverride } from './parse-organ-override.ts'

export interface SaidOfLabels {
  readonly overrides: readonly OrganOverride[]
  /** Keys that were left out before; an override takes one back */
  readonly leftOut: readonly string[]
  /** Goes after the overrides */
  readonly mapping?: MappingFile | undefined
}

/** How a folder's labels are decided on, once it is known which there are. */
export type LeaveOut = (match: LayoutMatch) => readonly LeftOutLabel[]

export const leaveOut =
  (said: SaidOfLabels, vocabulary: Vocabulary): LeaveOut =>
  (match) => {
    const labels = namedLabels(match, said)
    const words = [...(said.mapping ? applyMappingFile(said.mapping, labels).mapping : []), ...said.overrides]
    const proposed = proposals(match, labels, vocabulary)
    return labels.flatMap((label): LeftOutLabel[] => {
      const word = words.findLast(({ key }) => key === label.key || key === label.sourceName)
      if (word ? word.organs.length === 0 : said.leftOut.includes(label.key)) return [{ ...label, because: null }]
      const because = word ? undefined : proposed.get(label.key)
      return because === undefined ? [] : [{ ...label, because }]
    })
  }

/** Those of the layout, masks and values that it does not declare, and what was left out before: it may come back. */
function namedLabels(match: LayoutMatch, { overrides, leftOut, mapping }: SaidOfLabels): FoundLabel[] {
  const said = [...overrides, ...(mapping?.labels ?? [])].map(({ key }) => key)
  const values = hasMaps(match) ? said.filter(isValue) : []
  const declared = match.labels ?? []
  const others = new Set([...maskKeys(match), ...values, ...leftOut])
  return [...declared, ...[...others].filter((key) => !declared.some((label) => label.key === key)).map(plainLabel)]
}

/** A label that nothing declares. */
export const plainLabel = (key: string): FoundLabel => ({ key, sourceName: isValue(key) ? `label ${key}` : key })

const maskKeys = ({ cases }: LayoutMatch): Set<string> =>
  new Set(cases.flatMap(({ labels }) => labels.flatMap((source) => (source.kind === 'mask' ? source.labelKey : []))))

const hasMaps = ({ cases }: LayoutMatch): boolean =>
  cases.some(({ labels }) => labels.some(({ kind }) => kind === 'map'))

const isValue = (key: string): boolean => /^-?\d+$/.test(key)

/**
 * Masks and structures alone: whoever makes a label map has chosen what is in it. Where nothing else would be left, the
 * dataset is there for these structures, and nothing is proposed.
 */
function proposals(match: LayoutMatch, labels: readonly FoundLabel[], vocabulary: Vocabulary): Map<string, string> {
  const masks = maskKeys(match)
  const proposed = labels.flatMap(({ key, sourceName }) => {
    const because = masks.has(key) ? reasonFor(sourceName, match.types?.get(key) ?? '', vocabulary) : null
    return because === null ? [] : [[key, because] as const]
  })
  return new Map(proposed.length < masks.size || hasMaps(match) ? proposed : [])
}

/** The vocabulary goes first, but for the outline of a patient that is called Skin. */
function reasonFor(name: string, type: string, vocabulary: Vocabulary): string | null {
  const organs = lookUpOrgan(vocabulary, name)?.organs
  const isOutline = type === 'EXTERNAL' && organs?.join() === 'skin'
  return organs && !isOutline ? null : notOrgan(name, type)
}

/** Their names, and how to take one back. */
export function leftOutFindings(leftOut: readonly LeftOutLabel[]): Finding[] {
  if (leftOut.length === 0) return []
  const chosen = leftOut.filter(({ because }) => because === null).map(nameOf)
  const proposed = leftOut.filter(({ because }) => because !== null)
  const why = proposed.map((label) => `${nameOf(label)} (${label.because})`)
  const [one] = proposed.length > 0 ? proposed : leftOut
  const sentences = [
    `${leftOut.length} ${leftOut.length === 1 ? 'label is' : 'labels are'} left out and not read as ${leftOut.length === 1 ? 'an organ' : 'organs'}.`,
    ...(chosen.length > 0 ? [`By choice: ${chosen.join(', ')}.`] : []),
    ...(why.length > 0 ? [`By what names or files say: ${why.join(', ')}.`] : []),
    `To take one back, name its organ: --organ "${one.key}=${one.sourceName.toLowerCase().replaceAll(/[\s+=]+/g, '_')}", or in the label table.`,
  ]
  return [createFinding('info', 'left-out-label', sentences.join(' '))]
}

export const nameOf = ({ key, sourceName }: FoundLabel): string => (key === sourceName ? key : `${key} (${sourceName})`)
