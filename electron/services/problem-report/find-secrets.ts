// Names that a report knows: wherever one stands in a text, its pseudonym is told instead.
import { WORD } from './known-words.ts'
import type { Pseudonyms } from './pseudonyms.ts'

export interface Secret {
  readonly lower: string
  readonly called: string
  readonly isFolder: boolean
  /** An ordinary word or a small number: a name only where the text says so. */
  readonly isWeak: boolean
}

export type Secrets = ReadonlyMap<string, readonly Secret[]>

const FIRST_WORD = /[^\p{L}\p{M}\p{N}_]{0,3}([\p{L}\p{M}\p{N}_]+)/uy
const LETTER = /[\p{L}\p{M}\p{N}_]/u
/** What stands before a name in a message. */
export const SAYS_NAME =
  /(?:^|[^\p{L}])(?:cases?|datasets?|runs?|patients?|study|studies|folder|MRN|PID|ID|id|number)[ :#=]+['"]?$|['"]$/iu

export function indexSecrets(all: ReturnType<Pseudonyms['all']>, known: ReadonlySet<string>): Secrets {
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

/** The longest one that stands at a place of a text; not in the middle of a word. */
export function findSecret(text: string, lower: string, at: number, secrets: Secrets): Secret | null {
  if (at > 0 && LETTER.test(text[at - 1]) && LETTER.test(text[at])) return null
  FIRST_WORD.lastIndex = at
  const first = FIRST_WORD.exec(text)?.[1].toLowerCase()
  for (const secret of (first === undefined ? undefined : secrets.get(first)) ?? []) {
    const end = at + secret.lower.length
    if (!lower.startsWith(secret.lower, at)) continue
    if (LETTER.test(secret.lower.at(-1) ?? '') && LETTER.test(text[end] ?? '')) continue
    if (secret.isWeak && !SAYS_NAME.test(text.slice(Math.max(0, at - 20), at))) continue
    return secret
  }
  return null
}
