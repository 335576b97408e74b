// The words of OrganMosaic's own code and vocabulary. What stands alone, such as a setting, a key or the name of a function
// in a stack, is kept where it is one of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installation, sourceFiles } from './source-files.ts'

export const WORD = /[\p{L}\p{M}\p{N}_]+/gu

let known: ReadonlySet<string> | null = null

/** Exactly as they are written: `long` is a word, Long may be a person. */
export function knownWords(): ReadonlySet<string> {
  known ??= new Set([
    ...sourceFiles().flatMap(({ path, code }) => [...wordsIn(path), ...wordsIn(withoutComments(code))]),
    ...wordsIn(readFileSync(join(installation, 'resources/organs.json'), 'utf8')),
  ])
  return known
}

/** Comments name people, and are never printed. */
const withoutComments = (code: string): string => code.replaceAll(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '')

const wordsIn = (text: string): string[] => text.match(WORD) ?? []
