// Names of BIDS: pairs of a key and a value, joined by underscores, and a suffix that says what the file is.
import { nameOf, stemOf } from './case-files.ts'

export interface BidsName {
  readonly path: string
  /** sub, ses, run, space, desc, label ... */
  readonly entities: Readonly<Record<string, string>>
  readonly suffix: string
  /** What the name says beyond subject and session, the suffix included */
  readonly rest: string
}

const NAME = /^sub-[A-Za-z0-9]+(_[A-Za-z0-9]+-[A-Za-z0-9+.]+)*_[A-Za-z0-9]+$/

export const isBidsName = (path: string): boolean => NAME.test(stemOf(nameOf(path)))

/** @param path of a file for which isBidsName holds */
export function parseBidsName(path: string): BidsName {
  const parts = stemOf(path).split('_')
  const pairs = parts.slice(0, -1).map((part) => part.split('-', 2) as [string, string])
  const rest = parts.filter((part) => !/^(sub|ses)-/.test(part)).join('_')
  return { path, entities: Object.fromEntries(pairs), suffix: parts.at(-1) ?? '', rest }
}
