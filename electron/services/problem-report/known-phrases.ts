// What OrganMosaic's own messages say between their placeholders, and what the system, Node, SQLite and TensorFlow say in the
// errors that people send. A report keeps these of a text and nothing else.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { literalsOf } from './literals-of.ts'
import { installation, sourceFiles } from './source-files.ts'

export interface Phrase {
  readonly text: string
  /** Several words in this order are nobody's name: what they stand in is a message. */
  readonly isSaying: boolean
}

/** One a line. */
const OF_OTHERS = `no such file or directory
permission denied
operation not permitted
not a directory
illegal operation on a directory
file already exists
directory not empty
too many open files
no space left on device
disk quota exceeded
read-only file system
input/output error
resource busy or locked
stale file handle
connection refused
Cannot find module
Cannot read properties of undefined
Cannot read properties of null
is not a function
is not iterable
is not defined
Maximum call stack size exceeded
Invalid array length
Invalid string length
Array buffer allocation failed
heap out of memory
Reached heap limit Allocation failed - JavaScript heap out of memory
Unexpected end of JSON input
Unexpected token
is not valid JSON
Invalid input: expected
Too small: expected
Too big: expected
database is locked
database disk image is malformed
file is not a database
no such table
no such column
constraint failed
malformed JSON
Invalid TF_Status
Message
OOM when allocating tensor with
out of memory
failed to allocate memory
CUDA_ERROR_OUT_OF_MEMORY
Could not find cuda drivers on your machine, GPU will not be used
Cannot dlopen some GPU libraries
Could not load dynamic library
cannot open shared object file
This TensorFlow binary is optimized
oneDNN custom operations are on
failed call to cuInit
no CUDA-capable device is detected
Created device
Loaded cuDNN version
and type float on
by allocator GPU_0_bfc
by allocator cpu
All log messages before absl::InitializeLog() is called are written to STDERR
The session was already released
terminate called after throwing an instance of
was compiled against a different Node.js version
invalid ELF header
version not found
symbol not found`.split('\n')

let known: ReadonlyMap<string, readonly Phrase[]> | null = null

/** By the word that they begin with, the longest first. */
export function knownPhrases(): ReadonlyMap<string, readonly Phrase[]> {
  known ??= index(new Set([...OF_OTHERS, ...organNames(), ...sourceFiles().flatMap(({ code }) => ownPhrases(code))]))
  return known
}

const FIRST = /[\p{L}\p{N}]/u
const WORDS = /^[\p{L}\p{N}_]+/u
const CORE = /\p{L}[^]*\p{L}/u
const SAYING = /\p{L}{2,}[^\p{L}]*\s[^\p{L}]*\p{L}{2,}/u
/** A word that is written with a capital may be somebody's, but where a message begins with it. */
const LONE_WORD = /^\p{Ll}{2,}$/u
const FIRST_WORD = /^\p{Lu}\p{Ll}+$/u

function ownPhrases(code: string): string[] {
  return literalsOf(code).flatMap((parts) =>
    parts.flatMap((part, at) => {
      const core = CORE.exec(part)?.[0]
      if (core === undefined) return []
      return SAYING.test(core) || LONE_WORD.test(core) || (at === 0 && parts.length > 1 && FIRST_WORD.test(core))
        ? [core]
        : []
    }),
  )
}

/** Words of the vocabulary, as messages name organs. */
function organNames(): string[] {
  const vocabulary = readFileSync(join(installation, 'resources/organs.json'), 'utf8')
  return [...vocabulary.matchAll(/"(?:id|name)": *"([^"]+)"/g)].map(([, name]) => name)
}

function index(texts: ReadonlySet<string>): Map<string, Phrase[]> {
  const byWord = new Map<string, Phrase[]>()
  for (const text of texts) {
    const word = FIRST.test(text) ? WORDS.exec(text)?.[0] : undefined
    if (word === undefined) continue
    byWord.set(word, [...(byWord.get(word) ?? []), { text, isSaying: SAYING.test(text) }])
  }
  for (const phrases of byWord.values()) phrases.sort((a, b) => b.text.length - a.text.length)
  return byWord
}
