// From the names a dataset uses to organs of the vocabulary. The user's word goes first; what maps to nothing is kept
// as it is and reported, never guessed.
import type { Label, LeftOutLabel } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { OrganId, Vocabulary } from '../../../contract/organ.ts'
import { organNames } from '../vocabulary/load-vocabulary.ts'
import { lookUpOrgan } from '../vocabulary/look-up-organ.ts'
import { suggestOrgans } from '../vocabulary/suggest-organs.ts'
import { createFinding } from './create-finding.ts'
import type { FoundLabel } from './layouts/layout.ts'
import { nameOf } from './left-out.ts'
import type { OrganOverride } from './parse-organ-override.ts'

export interface MappingContext {
  readonly vocabulary: Vocabulary
  readonly overrides: readonly OrganOverride[]
  /** Of the labels, those that are not read as organs */
  readonly leftOut: readonly LeftOutLabel[]
  /** Helps names such as "Anterior" of a hippocampus dataset */
  readonly datasetName: string
}

/**
 * @param declared false when the names were made up from values that nothing explains
 * @throws OrganMosaicError usage for an override that fits no label
 */
export function mapLabels(
  found: readonly FoundLabel[],
  declared: boolean,
  context: MappingContext,
): { labels: Label[]; findings: Finding[] } {
  refuseUnusedOverrides(found, context.overrides)
  const findings: Finding[] = []
  const read = found.filter(({ key }) => !context.leftOut.some((label) => label.key === key))
  const labels = read.map((label) => {
    const mapped = mapLabel(label, context)
    const unknown = mapped.organs.filter((organ) => !isKnown(context.vocabulary, organ))
    if (mapped.mapped === 'kept' && !declared) findings.push(undeclared(label))
    else findings.push(...unknown.map((organ) => unmapped(label, organ, context.vocabulary)))
    return mapped
  })
  return { labels, findings }
}

function mapLabel({ key, sourceName }: FoundLabel, context: MappingContext): Label {
  const { vocabulary, overrides, datasetName } = context
  const override = overrides.findLast((each) => each.key === key || each.key === sourceName)
  if (override) {
    // names of the user's go through the vocabulary too, so that "left kidney" means kidney_left
    const organs = override.organs.flatMap((name) => lookUpOrgan(vocabulary, name)?.organs ?? [name])
    return { key, sourceName, organs: [...new Set(organs)], mapped: 'user' }
  }
  const mapping = lookUpOrgan(vocabulary, sourceName, { datasetName })
  return mapping
    ? { key, sourceName, ...mapping }
    : { key, sourceName, organs: [sourceName.slice(0, 120)], mapped: 'kept' }
}

const isKnown = (vocabulary: Vocabulary, organ: OrganId): boolean =>
  vocabulary.organs.some((known) => known.id === organ)

/** How alike a name must be to be proposed in a sentence: a bone of the hand is no palate. */
const CREDIBLE = 0.65

function unmapped(label: FoundLabel, organ: OrganId, vocabulary: Vocabulary): Finding {
  const suggestions = suggestOrgans(vocabulary, organ, 3, CREDIBLE).map(organNames(vocabulary))
  const advice =
    suggestions.length > 0
      ? `It may be ${suggestions.join(' or ')}.`
      : 'Name its organ to share it with other datasets.'
  const message = `Label ${nameOf(label)}: "${organ}" is not in the organ vocabulary and is kept as it is. ${advice}`
  return createFinding('warning', 'unmapped-organ', message, { organ })
}

function undeclared(label: FoundLabel): Finding {
  const message = `Nothing says what the value ${label.key} means; it is kept as "${label.sourceName}". Name its organ, or add labels.csv with the columns value,name.`
  return createFinding('warning', 'undeclared-label', message, { organ: label.sourceName })
}

function refuseUnusedOverrides(found: readonly FoundLabel[], overrides: readonly OrganOverride[]): void {
  const unused = overrides.find(({ key }) => !found.some((label) => label.key === key || label.sourceName === key))
  if (!unused) return
  throw new OrganMosaicError(
    'usage',
    `--organ ${unused.key}=${unused.organs.join('+')}: no label is called ${unused.key}; the dataset has ` +
      `${found.map(nameOf).join(', ') || 'none'}.`,
  )
}
