// Takes names, folders and everything that OrganMosaic did not say itself out of a text. What is not known to be harmless
// is left out: known names become their pseudonyms, paths [path], and words that its own code does not use [...].
import { WORD } from './known-words.ts'
import type { Pseudonyms } from './pseudonyms.ts'

export interface Scrubber {
  /** A message of OrganMosaic, of the system or of SQLite. */
  readonly text: (text: string) => string
  /** A line of a library that never sees names, such as TensorFlow: paths and known names alone are replaced. */
  readonly foreign: (text: string) => string
}

interface Secret {
  readonly lower: string
  readonly called: string
  readonly isFolder: boolean
  /** An ordinary word or a small number: a name only where the text says so. */
  readonly isWeak: boolean
}

export const LEFT_OUT = '[...]'
const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/y
const DATE = /(?<![\d.])(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?![\d.])/y
/** In quotes a path may hold blanks. */
const QUOTED_PATH = /(['"`])(?:[A-Za-z]:[\\/]|\\\\|~?\/|file:)(?:(?!\1).)*\1/y
const PATH = /(?<![\p{L}\p{M}\p{N}_.\])-])(?:file:\/\/)?(?:[A-Za-z]:[\\/]|\\\\|~?\/)[^\s'"`,;:()<>|]+/uy
const IMAGE_FILE =
  /[^\s'"`,;:()<>|]*\.(?:nii\.gz|nii|nrrd|nhdr|mha|mhd|dcm|hdr|img|raw|zip|tar|tgz|csv|tsv)(?![\p{L}\p{N}])/uy
const FIRST_WORD = /[^\p{L}\p{M}\p{N}_]{0,3}([\p{L}\p{M}\p{N}_]+)/uy
const TOKEN = /[\p{L}\p{M}\p{N}_]+/uy
/** Counts, sizes and durations; longer numbers may be somebody's. */
const NUMBER = /^(?:stage|model)?\d{1,6}(?:[eE]\d{0,3}|ms|mm|m|min|s|h|GB|MB|KB|kB|x|D|th|st|nd|(?:x\d{1,4}){1,3})?$/
const SAYS_NAME = /(?:case|cases|dataset|datasets|run|runs|patient|study|folder)[ :]+['"]?$|['"]$/i
/** What the operating system calls an error. */
const ERROR_NAME = /^(E[A-Z]{3,}|SQLITE_[A-Z_]+|SIG[A-Z0-9]+|ERR_[A-Z_]+)$/

export function createScrubber(pseudonyms: Pseudonyms, known: ReadonlySet<string>): Scrubber {
  let bySecretWord = new Map<string, Secret[]>()
  let count = -1
  /** New names may have been given since. */
  const secrets = (): Map<string, Secret[]> => {
    const all = pseudonyms.all()
    if (all.length !== count) [bySecretWord, count] = [indexSecrets(all, known), all.length]
    return bySecretWord
  }
  return {
    text: (text) => walk(text, secrets(), (word) => (isHarmless(word, known) ? word : LEFT_OUT)),
    foreign: (text) => walk(text, secrets(), (word) => word),
  }
}

function indexSecrets(all: ReturnType<Pseudonyms['all']>, known: ReadonlySet<string>): Map<string, Secret[]> {
  const index = new Map<string, Secret[]>()
  const byLength = [...all].sort((a, b) => b.name.length - a.name.length)
  for (const { name, called, isFolder } of byLength) {
    const words = name.match(WORD)
    if (!words) continue
    const isWeak = words.length === 1 && words[0] === name && (known.has(name) || name.length < 3)
    const secret = { lower: name.toLowerCase(), called, isFolder, isWeak }
    const key = words[0].toLowerCase()
    index.set(key, [...(index.get(key) ?? []), secret])
  }
  return index
}

function walk(text: string, secrets: ReadonlyMap<string, Secret[]>, word: (word: string) => string): string {
  const lower = text.toLowerCase()
  let out = ''
  let at = 0
  // Behind a folder that has a name, the rest of the path is read word by word.
  let insidePath = false
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? null
  }
  while (at < text.length) {
    const secret = findSecret(text, lower, at, secrets)
    if (secret) {
      out += secret.called
      at += secret.lower.length
      insidePath = insidePath || secret.isFolder
      continue
    }
    if (/[\s'"`]/.test(text[at])) insidePath = false
    const replaced = findReplaced(take, insidePath)
    if (replaced) {
      out += replaced.by
      at += replaced.length
      continue
    }
    const token = take(TOKEN)
    out += token === null ? text[at] : word(token)
    at += token?.length ?? 1
  }
  return out
}

function findReplaced(
  take: (pattern: RegExp) => string | null,
  insidePath: boolean,
): { by: string; length: number } | null {
  const time = take(ISO_TIME)
  if (time !== null) return { by: time, length: time.length }
  const date = take(DATE)
  if (date !== null) return { by: '[date]', length: date.length }
  if (insidePath) return null
  const path = take(QUOTED_PATH) ?? take(PATH)
  if (path !== null) return { by: '[path]', length: path.length }
  const file = take(IMAGE_FILE)
  return file !== null && file.length > 4 ? { by: '[file]', length: file.length } : null
}

const LETTER = /[\p{L}\p{M}\p{N}_]/u

function findSecret(text: string, lower: string, at: number, secrets: ReadonlyMap<string, Secret[]>): Secret | null {
  // Not from the middle of a word.
  if (at > 0 && LETTER.test(text[at - 1]) && LETTER.test(text[at])) return null
  FIRST_WORD.lastIndex = at
  const first = FIRST_WORD.exec(text)?.[1].toLowerCase()
  const candidates = first === undefined ? undefined : secrets.get(first)
  for (const secret of candidates ?? []) {
    const end = at + secret.lower.length
    if (!lower.startsWith(secret.lower, at)) continue
    if (LETTER.test(secret.lower.at(-1) ?? '') && LETTER.test(text[end] ?? '')) continue
    if (secret.isWeak && !SAYS_NAME.test(text.slice(Math.max(0, at - 20), at))) continue
    return secret
  }
  return null
}

const isHarmless = (word: string, known: ReadonlySet<string>): boolean =>
  known.has(word) || NUMBER.test(word) || ERROR_NAME.test(word) || (word.length === 1 && /\p{L}/u.test(word))
