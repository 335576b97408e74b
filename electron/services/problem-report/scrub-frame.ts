// A line of a stack: the file and line of our code, of a package that we bring or of Node. Of any other nothing is told.
import { LEFT_OUT } from './harmless-tokens.ts'
import { installation } from './source-files.ts'
import { isOurFile } from './tell-path.ts'

const FRAME = /^\s+at (?:(.*?) \()?(?:async )?(node:[\w/:]+|(?:file:\/\/)?(?:\/|[A-Z]:[\\/]).*?)\)?$/
const NODE_PLACE = /^node:[a-z_/]+(:\d{1,6}){0,2}$/

/** @returns null for what is no line of a stack */
export function scrubFrame(line: string, words: ReadonlySet<string>): string | null {
  const frame = FRAME.exec(line)
  if (!frame) return null
  const [, called = '', where] = frame
  const place = placeOf(where)
  return place === null ? null : `    at ${functionName(called, words)}(${place})`
}

function placeOf(where: string): string | null {
  if (NODE_PLACE.test(where)) return where
  const path = where.replace(/^file:\/\//, '').replaceAll('\\', '/')
  const root = `${installation.replaceAll('\\', '/')}/`
  const tail = path.startsWith(root) ? path.slice(root.length) : null
  return tail !== null && isOurFile(tail) ? tail : null
}

function functionName(called: string, words: ReadonlySet<string>): string {
  if (called === '') return ''
  const names = called.split(/[\s.]+/)
  return names.every((name) => words.has(name) || ['async', 'new', '<anonymous>'].includes(name))
    ? `${called} `
    : `${LEFT_OUT} `
}
