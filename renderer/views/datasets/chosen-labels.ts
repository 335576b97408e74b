// What a person chose in the label table, in the words of the API and of mapping files. The two rows of a label that is
// split are one label there.
import type { InspectedLabel, Mapping } from '../../../contract/api/datasets.ts'
import type { MappingFile, NamedLabel } from '../../../contract/mapping-file.ts'
import type { Chosen } from '../../stores/add-datasets.ts'
import { sameOrgans } from './same-organs.ts'

type Organs = Readonly<Record<string, readonly string[]>>

const wholeKey = ({ key, split }: InspectedLabel): string => split?.from ?? key

interface WholeLabel {
  readonly key: string
  readonly sourceName: string
  readonly organs: string[]
  readonly automatic: string[]
  readonly split: boolean
  /** Nobody has to say so */
  readonly outAnyway: boolean
}

function merged(labels: readonly InspectedLabel[], organs: Organs): WholeLabel[] {
  return [...Map.groupBy(labels, wholeKey)].map(([key, same]) => ({
    key,
    sourceName: same[0].sourceName,
    organs: same.flatMap((label) => organs[label.key]),
    automatic: same.flatMap((label) => label.automatic),
    split: same[0].split !== undefined,
    outAnyway: same[0].notOrgan !== null,
  }))
}

/** Labels as the folder has them. */
export const wholeLabels = (labels: readonly InspectedLabel[]): NamedLabel[] =>
  [...Map.groupBy(labels, wholeKey)].map(([key, same]) => ({ key, sourceName: same[0].sourceName }))

/** What was chosen in the table, by the keys of labels. */
export interface TableChoices {
  readonly organs: Organs
  readonly notDrawn: ReadonlySet<string>
  readonly leftOut: ReadonlySet<string>
}

/** What goes beyond the proposals. A label without organs is left out, or nobody knows what it is. */
export function chosenOf(labels: readonly InspectedLabel[], { organs, notDrawn, leftOut }: TableChoices): Chosen {
  const mapping: Mapping = merged(labels, organs)
    .filter((label) =>
      leftOut.has(label.key) ? !label.outAnyway : label.organs.length > 0 && !sameOrgans(label.organs, label.automatic),
    )
    .map((label) => ({ key: label.key, organs: label.organs }))
  return { mapping, notDrawn: [...notDrawn] }
}

/** null while nothing is said of any label. */
export function mappingFileOf(
  labels: readonly InspectedLabel[],
  { organs, notDrawn, leftOut }: TableChoices,
  dataset: string | undefined,
): MappingFile | null {
  const named = merged(labels, organs).filter((label) => label.organs.length > 0 || leftOut.has(label.key))
  if (named.length === 0) return null
  return {
    format: 'organ-mosaic-mapping',
    version: 1,
    ...(dataset === undefined ? {} : { dataset }),
    labels: named.map((label) => ({
      key: label.key,
      name: label.sourceName,
      organs: label.organs,
      ...(label.split ? { split: true } : {}),
      ...(notDrawn.has(label.key) ? { notDrawn: true } : {}),
    })),
  }
}
