// Of a path: which of our own folders and files it names. Everything else of it came from a person.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LEFT_OUT } from './harmless-tokens.ts'
import { installation } from './source-files.ts'

/** As the workspace and a job's folder are made. */
const OUR_NAMES = new Set(
  `runs jobs datasets studies cache uploads checkpoints claims pseudo-labels predictions report previews preprocessed
  run.json events.jsonl plan.json control.json review.json process.json place.json memory-use.json trainer.log dataset.json
  settings.json organ-mosaic.sqlite heartbeat`.split(/\s+/),
)
const OUR_FOLDERS = /^\/?(contract|electron|trainer|renderer|resources|bin|dist|node_modules)\//
const PLACE = /(:\d{1,6}){0,2}$/

/** @param tail what follows a folder that has a name of its own in the report */
export function tellTail(folder: string, tail: string, called: (segment: string) => string | null): string {
  if (folder === '[app]' && isOurFile(tail)) return tail
  const told = tail.split(/[\\/]/).map((segment) => (OUR_NAMES.has(segment) ? segment : (called(segment) ?? LEFT_OUT)))
  // The first one is what stands before the first slash: nothing.
  return ['', ...told.slice(1)].join('/').replace(/(\/\[\.\.\.\])+$/, `/${LEFT_OUT}`)
}

/** A file of this installation, with its line. */
export function isOurFile(tail: string): boolean {
  const file = tail.replace(PLACE, '')
  return OUR_FOLDERS.test(file) && !file.includes('..') && existsSync(join(installation, file))
}
