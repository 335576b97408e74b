// Which organs a study has: the union O in channel order, and what the trainer must know of each of them.
import type { Dataset } from '../../../contract/dataset.ts'
import type { JobDataset } from '../../../contract/job.ts'
import type { Organ, OrganId, Vocabulary } from '../../../contract/organ.ts'
import { keptOrganColor } from '../../../contract/kept-organ-color.ts'
import { usableCases } from '../datasets/availability.ts'
import { keptColors } from '../datasets/kept-colors.ts'

/** Organs that are delineated, at least as a part of a merged label, in a usable case: O_i. Alphabetical. */
export function delineatedOrgans(dataset: Dataset): OrganId[] {
  const found = new Set<OrganId>()
  for (const item of usableCases(dataset)) {
    for (const [organ, { state }] of Object.entries(item.availability)) {
      if (state !== 'unlabelled' && state !== 'absent') found.add(organ)
    }
  }
  return [...found].sort()
}

/** O: in the order of the vocabulary, then the names it does not know; the same for any order of the datasets. */
export function organUnion(datasets: readonly Dataset[], vocabulary: Vocabulary): OrganId[] {
  const rank = new Map(vocabulary.organs.map((organ, index) => [organ.id, index]))
  const rankOf = (organ: OrganId): number => rank.get(organ) ?? vocabulary.organs.length
  return [...new Set(datasets.flatMap(delineatedOrgans))].sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
}

/**
 * The entries of O and of everything that contains one of them; a name that maps to nothing gets an entry of its own, in
 * the colour that its label files propose.
 */
export function organEntries(
  organs: readonly OrganId[],
  datasets: readonly Dataset[],
  vocabulary: Vocabulary,
): Organ[] {
  const colors = keptColors(datasets, vocabulary)
  const known = new Map(vocabulary.organs.map((organ) => [organ.id, organ]))
  const entries = new Map<OrganId, Organ>()
  const add = (id: OrganId): void => {
    const entry = known.get(id)
    if (entry === undefined || entries.has(id)) return
    entries.set(id, entry)
    entry.partOf.forEach(add)
  }
  for (const id of organs) {
    if (known.has(id)) add(id)
    else entries.set(id, keptOrgan(id, colors.get(id)))
  }
  return [...entries.values()]
}

/** What a job keeps of a dataset: cases in use, and only labels and organs of the union when there is one. */
export function toJobDataset(dataset: Dataset, union?: readonly OrganId[]): JobDataset {
  const keeps = (organ: OrganId): boolean => union?.includes(organ) ?? true
  const { name, root, modality, channels, fingerprint } = dataset
  return {
    name,
    root,
    modality,
    channels,
    fingerprint,
    labels: dataset.labels.filter((label) => label.organs.some(keeps)),
    cases: usableCases(dataset).map(({ dicom: _, ...item }) => ({
      ...item,
      availability: Object.fromEntries(Object.entries(item.availability).filter(([organ]) => keeps(organ))),
    })),
  }
}

function keptOrgan(id: OrganId, color = keptOrganColor(id)): Organ {
  return {
    id,
    name: id,
    synonyms: [],
    laterality: null,
    counterpart: null,
    partOf: [],
    mayOverlap: [],
    members: [],
    snomedCode: null,
    color,
  }
}
