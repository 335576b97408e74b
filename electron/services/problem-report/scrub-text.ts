// Takes everything that is not known to be harmless out of a text. What is kept: phrases of our own messages and of the
// system's, names as their pseudonyms, errors by their codes, and numbers that stand in one of our phrases.
import { findSecret, indexSecrets, SAYS_NAME, type Secrets } from './find-secrets.ts'
import { judgeToken, LEFT_OUT, type TokenKind } from './harmless-tokens.ts'
import type { Phrase } from './known-phrases.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import { scrubFrame } from './scrub-frame.ts'
import { tellTail } from './tell-path.ts'

export interface Scrubber {
  /** A message, line by line. */
  readonly text: (text: string) => string
  /** @returns null for a line that holds no phrase and no error that is known */
  readonly line: (line: string) => string | null
  /** What tells of the machine: versions, cards, processors. */
  readonly machine: (text: string) => string
}

export interface Known {
  readonly words: ReadonlySet<string>
  readonly phrases: ReadonlyMap<string, readonly Phrase[]>
}

type Kind = TokenKind | 'name' | 'phrase' | 'saying' | 'gap'
interface Piece {
  readonly kind: Kind
  readonly text: string
  /** Where it begins. */
  readonly at: number
}

/** Beside what a number is told. */
const IN_MESSAGES: ReadonlySet<Kind> = new Set<Kind>(['saying', 'phrase'])
const IN_FACTS: ReadonlySet<Kind> = new Set<Kind>(['saying', 'phrase', 'kept'])

const WORD_AHEAD = /[\p{L}\p{N}_]+/uy
/** Not in the middle of a word, of a path or of somebody's identifier. */
const GOES_ON = /^([\p{L}\p{M}\p{N}_^/\\@~-]|[.:][\p{L}\p{N}])/u
const GAP = /[\s"'`(){}<>,;:=%+|!?*…→–—#&\]]|\[(?!\d)|\.\.(?=\s)|[-./](?=[\s,;]|$)/y
const TOKEN = /\S+?(?=[.,;:!?)\]}'"`>%]*(?:\s|$))/y
/** A grid, or a list, as sentences write them. */
const GRID = /\d{1,4}(?:\.\d{1,3})?(?:(?: x |, )\d{1,4}(?:\.\d{1,3})?){1,5}(?![\w^/-]|\.\d)/y
const TAIL = /[\\/][^\s'"`,;()<>|]*/y
const QUOTED_PATH = /(['"`])(?:[A-Za-z]:[\\/]|\\\\|~?\/|file:)(?:(?!\1).)*\1/y
/** A volume tells of a patient, and so does a number of voxels, whatever stands between the two ends of a range. */
const IS_VOLUME = /^[\d.,\s]*((to|and|of|or|-|–)\s*[\d.]+\s*)*(ml|millilit|cm|voxel|lit(er|re))/i
const TELLS_VOLUMES = /\b(ml|volumes?)\b/i

export function createScrubber(pseudonyms: Pseudonyms, known: Known): Scrubber {
  let secrets: Secrets = new Map()
  let count = -1
  /** New names may have been given since. */
  const pieces = (text: string, ofMachine: boolean): Piece[] => {
    const all = pseudonyms.all()
    if (all.length !== count) [secrets, count] = [indexSecrets(all, known.words), all.length]
    return cut(text, { secrets, known, ofMachine })
  }
  const line = (text: string): string | null => {
    const frame = scrubFrame(text, known.words)
    if (frame !== null) return frame
    const found = withoutNumbers(text, pieces(text, false), IN_MESSAGES)
    return isRecognised(found) ? tell(found) : null
  }
  /** Of what is no message that is known, nothing that counts or measures. */
  const words = (text: string): string =>
    tell(pieces(text, false).map((piece) => (piece.kind === 'number' ? { ...piece, text: LEFT_OUT } : piece)))
  return {
    line,
    text: (text) =>
      text
        .split('\n')
        .map((each) => (each.trim() === '' || isOurWord(each, known.words) ? each : (line(each) ?? words(each))))
        .join('\n'),
    machine: (text) => tell(withoutNumbers(text, pieces(text, true), IN_FACTS)),
  }
}

interface Cutting {
  readonly secrets: Secrets
  readonly known: Known
  readonly ofMachine: boolean
}

function cut(text: string, cutting: Cutting): Piece[] {
  const { secrets, known, ofMachine } = cutting
  const lower = text.toLowerCase()
  const pieces: Piece[] = []
  let at = 0
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? null
  }
  const push = (kind: Kind, said: string, length: number): void => {
    pieces.push({ kind, text: said, at })
    at += length
  }
  const called = (segment: string): string | null => {
    const secret = findSecret(segment, segment.toLowerCase(), 0, secrets)
    return secret?.lower.length === segment.length ? secret.called : null
  }
  while (at < text.length) {
    const secret = findSecret(text, lower, at, secrets)
    if (secret) {
      push('name', secret.called, secret.lower.length)
      const tail = secret.isFolder ? take(TAIL) : null
      if (tail !== null) push('name', tellTail(secret.called, tail.replace(/[.:]+$/, ''), called), tail.length)
      continue
    }
    const quoted = take(QUOTED_PATH)
    if (quoted !== null && !findSecret(text, lower, at + 1, secrets)) {
      push('replaced', '[path]', quoted.length)
      continue
    }
    const gap = take(GAP)
    if (gap !== null) {
      push('gap', gap, gap.length)
      continue
    }
    const phrase = findPhrase(text, at, take(WORD_AHEAD), known)
    if (phrase) {
      push(phrase.isSaying ? 'saying' : 'phrase', phrase.text, phrase.text.length)
      continue
    }
    const grid = take(GRID)
    if (grid !== null) {
      push('number', grid, grid.length)
      continue
    }
    const token = take(TOKEN) || text[at]
    const { kind, text: said } = judgeToken(token, ofMachine)
    push(kind, said, token.length)
  }
  return pieces
}

function findPhrase(text: string, at: number, word: string | null, { phrases }: Known): Phrase | null {
  for (const phrase of (word === null ? undefined : phrases.get(word)) ?? []) {
    if (text.startsWith(phrase.text, at) && !GOES_ON.test(text.slice(at + phrase.text.length))) return phrase
  }
  return null
}

/** A sentence of ours or an error stands in it, or nothing but our words. */
function isRecognised(pieces: readonly Piece[]): boolean {
  const kinds = new Set(pieces.map(({ kind }) => kind))
  return (
    kinds.has('saying') ||
    kinds.has('error') ||
    (kinds.has('phrase') && !kinds.has('left-out') && !kinds.has('replaced'))
  )
}

/** A number stays between words that are known: there it counts, measures or dates nobody. */
function withoutNumbers(text: string, pieces: readonly Piece[], vouching: ReadonlySet<Kind>): Piece[] {
  const words = pieces.filter(({ kind }) => kind !== 'gap')
  const places = new Map(words.map((piece, place) => [piece, place]))
  const tellsVolumes = TELLS_VOLUMES.test(text)
  let behindPath = false
  return pieces.map((piece) => {
    // A path may hold blanks; it ends where one of our sentences goes on.
    behindPath = (behindPath || piece.text === '[path]') && piece.kind !== 'saying'
    if (piece.kind !== 'number') return piece
    const place = places.get(piece) ?? 0
    const beside = [words[place - 1], words[place + 1]].filter((each) => each !== undefined)
    const goesWith = (each: Piece): boolean =>
      vouching.has(each.kind) || each.kind === 'name' || (each.kind === 'number' && areApart(text, each, piece))
    const isVouchedFor = beside.some(({ kind }) => vouching.has(kind)) && beside.every(goesWith)
    const isName = SAYS_NAME.test(text.slice(Math.max(0, piece.at - 20), piece.at))
    const isVolume = tellsVolumes || IS_VOLUME.test(text.slice(piece.at))
    const stays = isVouchedFor && !behindPath && !isName && !isVolume
    return stays ? piece : { ...piece, kind: 'left-out', text: LEFT_OUT }
  })
}

/** Two numbers of a sentence; with blanks alone between them they may be one number of somebody's. */
function areApart(text: string, one: Piece, other: Piece): boolean {
  const [before, after] = one.at < other.at ? [one, other] : [other, one]
  return /[=,]/.test(text.slice(before.at + before.text.length, after.at))
}

/** One mark for all that is left out in a row: behind a path it is the rest of one that holds blanks. */
const tell = (pieces: readonly Piece[]): string =>
  pieces
    .map(({ text }) => text)
    .join('')
    .replaceAll(/\[path\](?:[ ,]+\[(?:path|date|file|\.\.\.)\])+/g, '[path]')
    .replaceAll(/\[\.\.\.\](?:[^\p{L}\p{N}[\]\n"'(){}]*\[\.\.\.\])+/gu, LEFT_OUT)

/** A setting, a kind, the name of one of our files: words of our source, joined by dots and dashes. */
function isOurWord(text: string, words: ReadonlySet<string>): boolean {
  const parts = text.split(/[./_-]/)
  return (
    !/\s/.test(text) &&
    (words.has(text) ||
      (words.has(parts[0]) && parts.every((part) => words.has(part) || /^(stage|model)?\d$/.test(part))))
  )
}
