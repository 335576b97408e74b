// The words that OrganMosaic's own code and vocabulary use. A report keeps these of a message and nothing else: a word that
// is none of them came from a folder, a file or a person.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const FOLDERS = ['contract', 'electron/hosts', 'electron/services', 'trainer']
/** Tests and made-up studies may call patients anything. */
const MADE_UP = /\.(spec|fuzz)\.ts$|\/(test|example|fake|craft)-[^/]*$|\/(fixtures|demo)\//
export const WORD = /[\p{L}\p{M}\p{N}_]+/gu

/** Of the system, of SQLite, of TensorFlow, in their errors. */
const OF_OTHERS = `a access address after allocate allocated allocating allocation already an and another argument
arguments array as at bad be been before buffer but by bytes call calls cannot cause changed child closed code connection
constructor could data database deadlock denied descriptor device devices did directory disk does empty end enough error
errors exceeded exists expected failed fatal file files for format found from full function got handle has have heap host
image in index input instead integer invalid is it killed length limit load loaded locked malformed memory message missing
module more must name no not null number object of on only open operation option or out output parse parsing path
permission permitted pipe position process program property range read reached reading refused rename reset resource
returned scandir shape signal size socket space stack stale stat state statement string such supported support syntax
system table tensor tensors the there this timed to token too type unable undefined unexpected unknown unlink use used
value values version was win32 darwin linux x64 arm64 when while width with write writing`.split(/\s+/)

let known: ReadonlySet<string> | null = null

/** Exactly as they are written: `long` is a word, Long may be a person. */
export function knownWords(): ReadonlySet<string> {
  known ??= new Set([
    ...OF_OTHERS,
    ...wordsOfSource(),
    ...wordsIn(readFileSync(join(root, 'resources/organs.json'), 'utf8')),
  ])
  return known
}

function* wordsOfSource(): Generator<string> {
  for (const folder of FOLDERS) {
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const name = path.replaceAll('\\', '/')
      if (!name.endsWith('.ts') || MADE_UP.test(`/${name}`)) continue
      yield* wordsIn(name)
      // Comments name people, and are never printed.
      const code = readFileSync(join(root, folder, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '')
      yield* wordsIn(code)
    }
  }
}

const wordsIn = (text: string): string[] => text.match(WORD) ?? []
