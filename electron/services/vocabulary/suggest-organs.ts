// What an unmapped name might mean: ranked proposals for a person to choose from, never applied by themselves.
import type { Organ, Vocabulary } from '../../../contract/organ.ts'
import { spellingsOf } from './load-vocabulary.ts'
import { organKey, splitWords } from './organ-key.ts'

const LEAST_SCORE = 0.35

/**
 * @param least how alike, from 0 to 1: for a list to choose from less will do than for a sentence that proposes something
 * @returns ids of the vocabulary, the likeliest first; never one of the other side than the name says
 */
export function suggestOrgans(vocabulary: Vocabulary, name: string, limit = 5, least = LEAST_SCORE): string[] {
  const side = organKey(name)?.side ?? null
  return vocabulary.organs
    .filter((organ) => side === null || organ.laterality === null || organ.laterality === side)
    .map((organ) => ({ id: organ.id, score: bestScore(organ, name) - (organ.laterality === side ? 0 : 0.1) }))
    .filter((candidate) => candidate.score >= least)
    .sort((a, b) => b.score - a.score || a.id.localeCompare(b.id))
    .slice(0, limit)
    .map((candidate) => candidate.id)
}

const bestScore = (organ: Organ, name: string): number =>
  Math.max(...spellingsOf(organ).map((spelling) => similarity(spelling, name)))

/** In [0, 1]: shared letter pairs (typing errors, endings), or shared whole words, whichever says more. */
function similarity(a: string, b: string): number {
  const [wordsA, wordsB] = [splitWords(a), splitWords(b)]
  return Math.max(overlap(letterPairs(wordsA.join('')), letterPairs(wordsB.join(''))), 0.9 * overlap(wordsA, wordsB))
}

/** Dice coefficient of two lists, taken as sets. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const [setA, setB] = [new Set(a), new Set(b)]
  return setA.size + setB.size === 0
    ? 0
    : (2 * [...setA].filter((item) => setB.has(item)).length) / (setA.size + setB.size)
}

const letterPairs = (text: string): string[] =>
  Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2))
