// Reads resources/organs.json once and refuses a vocabulary that could map a name to two organs.
import { readFileSync } from 'node:fs'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { VocabularySchema, type Organ, type OrganId, type Vocabulary } from '../../../contract/organ.ts'
import { keyText, organKey } from './organ-key.ts'

const RESOURCE = new URL('../../../resources/organs.json', import.meta.url)

let cached: Vocabulary | null = null

/** @throws OrganMosaicError internal when the file is not a sound vocabulary */
export function loadVocabulary(): Vocabulary {
  cached ??= checkVocabulary(VocabularySchema.parse(JSON.parse(readFileSync(RESOURCE, 'utf8'))))
  return cached
}

/**
 * The vocabulary itself, when its ids are unique, its names lead to one organ each, its references exist,
 * counterparts are mutual, and nothing is part or member of itself.
 * @throws OrganMosaicError internal with every problem found
 */
export function checkVocabulary(vocabulary: Vocabulary): Vocabulary {
  const organs = new Map(vocabulary.organs.map((organ) => [organ.id, organ]))
  const problems = [
    ...(organs.size === vocabulary.organs.length ? [] : ['an id occurs twice']),
    ...ambiguousNames(vocabulary),
    ...vocabulary.organs.flatMap((organ) => referenceProblems(organ, organs)),
    ...vocabulary.organs.flatMap((organ) =>
      (['partOf', 'members'] as const)
        .filter((relation) => reaches(organ.id, organ.id, relation, organs, new Set()))
        .map((relation) => `${organ.id} leads back to itself through ${relation}`),
    ),
  ]
  if (problems.length === 0) return vocabulary
  throw new OrganMosaicError('internal', `The organ vocabulary is not sound: ${problems.join('; ')}.`)
}

/** What a person calls an organ; an organ outside the vocabulary goes by its id. */
export function organNames({ organs }: Vocabulary): (id: OrganId) => string {
  const names = new Map(organs.map(({ id, name }) => [id, name]))
  return (id) => names.get(id) ?? id
}

/** Every spelling of an organ's own: its id, its name, its synonyms. */
export const spellingsOf = (organ: Organ): string[] => [organ.id, organ.name, ...organ.synonyms]

function ambiguousNames(vocabulary: Vocabulary): string[] {
  const owners = new Map<string, string>()
  const problems: string[] = []
  for (const organ of vocabulary.organs) {
    for (const spelling of spellingsOf(organ)) {
      const key = organKey(spelling)
      if (key === null) problems.push(`"${spelling}" of ${organ.id} is not a name`)
      else if ((owners.get(keyText(key)) ?? organ.id) !== organ.id)
        problems.push(`"${spelling}" means ${organ.id} and ${owners.get(keyText(key))}`)
      else owners.set(keyText(key), organ.id)
    }
  }
  return problems
}

function referenceProblems(organ: Organ, organs: ReadonlyMap<string, Organ>): string[] {
  const referenced = [...organ.partOf, ...organ.mayOverlap, ...organ.members]
  const problems = referenced.filter((id) => !organs.has(id)).map((id) => `${organ.id} names ${id}, which is missing`)
  const counterpart = organ.counterpart === null ? null : organs.get(organ.counterpart)
  if (counterpart === undefined) problems.push(`${organ.id} has the counterpart ${organ.counterpart}, which is missing`)
  else if (counterpart && (counterpart.counterpart !== organ.id || counterpart.laterality === organ.laterality))
    problems.push(`${organ.id} and its counterpart ${counterpart.id} do not agree`)
  for (const id of organ.mayOverlap) {
    if (organs.get(id)?.mayOverlap.includes(organ.id) === false)
      problems.push(`${id} does not overlap ${organ.id} back`)
  }
  return problems
}

function reaches(
  from: string,
  goal: string,
  relation: 'partOf' | 'members',
  organs: ReadonlyMap<string, Organ>,
  seen: Set<string>,
): boolean {
  return (organs.get(from)?.[relation] ?? []).some((next) => {
    if (next === goal) return true
    if (seen.has(next)) return false
    seen.add(next)
    return reaches(next, goal, relation, organs, seen)
  })
}
