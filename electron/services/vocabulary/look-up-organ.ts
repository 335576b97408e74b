// From the name a dataset gives a label to the organs it stands for. A name that the vocabulary does not know maps
// to nothing: the import keeps it and records a finding, and suggest-organs.ts proposes, but nothing is guessed.
import type { Organ, Vocabulary } from '../../../contract/organ.ts'
import { spellingsOf } from './load-vocabulary.ts'
import { gluedKeys, keyText, organKey, splitWords } from './organ-key.ts'

export interface OrganMapping {
  /** One organ, or the leaf organs of a name that covers several (`kidneys`). */
  readonly organs: string[]
  readonly mapped: 'vocabulary'
}

interface VocabularyIndex {
  readonly byKey: ReadonlyMap<string, Organ>
  readonly byId: ReadonlyMap<string, Organ>
}

const indexes = new WeakMap<Vocabulary, VocabularyIndex>()

/**
 * @param context.datasetName helps a name that says nothing alone: `Anterior` of a dataset `Task04_Hippocampus` is
 *   read as `Hippocampus Anterior`. It is used only when the bare name maps to nothing and one reading is possible.
 * @returns null when the name is not in the vocabulary
 */
export function lookUpOrgan(
  vocabulary: Vocabulary,
  name: string,
  context: { datasetName?: string } = {},
): OrganMapping | null {
  const index = indexOf(vocabulary)
  const organ = find(index, name) ?? findInContext(index, name, context.datasetName ?? '')
  return organ === null ? null : { organs: leavesOf(index, organ), mapped: 'vocabulary' }
}

function indexOf(vocabulary: Vocabulary): VocabularyIndex {
  const known = indexes.get(vocabulary)
  if (known) return known
  const byKey = new Map<string, Organ>()
  for (const organ of vocabulary.organs) {
    for (const spelling of spellingsOf(organ)) {
      const key = organKey(spelling)
      if (key) byKey.set(keyText(key), organ)
    }
  }
  const index = { byKey, byId: new Map(vocabulary.organs.map((organ) => [organ.id, organ])) }
  indexes.set(vocabulary, index)
  return index
}

function find(index: VocabularyIndex, name: string): Organ | null {
  const key = organKey(name)
  if (key === null) return null
  for (const reading of [key, ...gluedKeys(key)]) {
    const organ = index.byKey.get(keyText(reading))
    if (organ) return organ
  }
  return null
}

/** Only words of three letters and more speak for a dataset: sides, numbers and abbreviations do not. */
function findInContext(index: VocabularyIndex, name: string, datasetName: string): Organ | null {
  const topics = splitWords(datasetName).filter(
    (word) => /^[a-z]{3,}$/.test(word) && word !== 'left' && word !== 'right',
  )
  const readings = [topics.join(' '), ...topics].filter((topic) => topic !== '')
  const found = new Set(readings.flatMap((topic) => find(index, `${topic} ${name}`) ?? []))
  return found.size === 1 ? ([...found][0] ?? null) : null
}

function leavesOf(index: VocabularyIndex, organ: Organ): string[] {
  if (organ.members.length === 0) return [organ.id]
  return organ.members.flatMap((id) => {
    const member = index.byId.get(id)
    return member ? leavesOf(index, member) : []
  })
}
