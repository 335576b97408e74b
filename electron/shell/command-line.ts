// The words the desktop application was started with; Chromium's own are among them and are left alone.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface Words {
  readonly home?: string
  /** Folders may be chosen below these only; empty: the usual ones. */
  readonly roots: string[]
}

/** @param words process.argv without the program */
export function readWords(words: readonly string[]): Words {
  const { values } = parseArgs({
    args: [...words],
    strict: false,
    options: { home: { type: 'string' }, root: { type: 'string', multiple: true } },
  })
  const roots = (values.root ?? []).filter((root) => typeof root === 'string')
  return {
    ...(typeof values.home === 'string' ? { home: values.home } : {}),
    roots: roots.map((root) => resolve(root)),
  }
}

/** The same words without --home: another workspace has been chosen since. */
export function withoutHome(words: readonly string[]): string[] {
  return words.filter((word, index) => {
    const isValue = words[index - 1] === '--home'
    return !isValue && word !== '--home' && !word.startsWith('--home=')
  })
}
