// When two spellings are the same organ name. Every comparison with the vocabulary goes through these keys:
// case, separators, camelCase, plural and the place and spelling of left and right make no difference.
export type Side = 'left' | 'right'

export interface OrganKey {
  readonly side: Side | null
  /** The words without the side, singular, joined: `Glnd_Submand_L` -> `glandsubmand`. */
  readonly stem: string
}

const SIDES: Record<string, Side> = { l: 'left', lt: 'left', left: 'left', r: 'right', rt: 'right', right: 'right' }
const SPELLINGS: Record<string, string> = { glnd: 'gland', nrv: 'nerve', tumour: 'tumor', oesophagus: 'esophagus' }
const GLUED_SIDE = /^(left|right|lt|rt|l|r)(.{3,})$|^(.{3,}?)(left|right|lt|rt|l|r)$/

/** Null for a name without letters, and for one that names both sides. */
export function organKey(name: string): OrganKey | null {
  const words = splitWords(name)
  const sides = new Set(words.map((word) => SIDES[word]).filter((side) => side !== undefined))
  const stem = words
    .filter((word) => !(word in SIDES))
    .map(foldWord)
    .join('')
  if (sides.size > 1 || !/[a-z]/.test(stem)) return null
  return { side: [...sides][0] ?? null, stem }
}

/** The readings of a name whose side is glued to it (`lkidney`, `parotidr`); to be tried after the plain reading only. */
export function gluedKeys(key: OrganKey): OrganKey[] {
  const match = key.side === null ? GLUED_SIDE.exec(key.stem) : null
  if (!match) return []
  const [, front, stemAfter, stemBefore, back] = match
  const side = SIDES[front ?? back ?? '']
  const stem = stemAfter ?? stemBefore
  return side === undefined || stem === undefined ? [] : [{ side, stem: foldWord(stem) }]
}

export const keyText = (key: OrganKey): string => `${key.side ?? ''}:${key.stem}`

/** `LeftKidney_01` -> left, kidney, 1; `BrainStem` -> brain, stem; digits stay with their letter (`T12`, `L1`). */
export function splitWords(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/(?<![a-z])(left|right|lt|rt)(?=\d)/g, '$1 ')
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 0)
    .map((word) => word.replace(/(^|[a-z])0+(?=\d)/, '$1'))
}

/** One spelling and the singular; both sides of a comparison are folded, so it need not be good English. */
function foldWord(word: string): string {
  const spelled = SPELLINGS[word] ?? word
  if (spelled.length < 4) return spelled
  return spelled
    .replace(/ies$/, 'y')
    .replace(/ae$/, 'a')
    .replace(/(x|ss|ch)es$/, '$1')
    .replace(/([^s])s$/, '$1')
}
