// trainer.log holds whatever a process prints when it dies. Lines of TensorFlow, of Node and of the system are known by their
// form, and keep what it says; any other line is told where one of our phrases or an error stands in it, and else counted.
import { existsSync, statSync } from 'node:fs'

import { readBytes } from '../../../trainer/job-folder/read-journal.ts'
import type { Scrubber } from './scrub-text.ts'

const KEPT_BYTES = 200_000
const WHOLE =
  /^(=== started at [\d:TZ.-]+|\(Use `node --trace-[a-z]+ \.\.\.` to show where the warning was created\)|Node\.js v\d+\.\d+\.\d+|(Segmentation fault|Aborted|Killed|Illegal instruction|Bus error)( \(core dumped\))?|<--- Last few GCs --->|<--- JS stacktrace --->)$/
/** absl and TensorFlow: level, date, time, thread, file and line; their line of the source tells what was said. */
const TENSORFLOW = [
  /^[IWEF]\d{4} \d\d:\d\d:\d+\.\d+ +\d+ [a-z_/]+\.(?:cc|h|cu):\d+\] /,
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] [a-z_/]+\.(?:cc|h|cu):\d+\] /,
]
const NODE = /^\(node:\d+\) /

/** Its last part. */
export function scrubLog(path: string, { line }: Scrubber): string {
  if (!existsSync(path)) return ''
  const size = statSync(path).size
  const lines = readBytes(path, Math.max(0, size - KEPT_BYTES))
    .toString('utf8')
    .split(/\r?\n/)
  if (size > KEPT_BYTES) lines.shift()
  const told = countingLeftOut(lines.map((each) => tellLine(each, line)))
  return (size > KEPT_BYTES ? ['... earlier lines are left out', ...told] : told).join('\n')
}

function tellLine(said: string, line: Scrubber['line']): string | null {
  if (said.trim() === '' || WHOLE.test(said)) return said.trim()
  const head = [...TENSORFLOW, NODE].map((form) => form.exec(said)?.[0]).find((found) => found !== undefined)
  if (head === undefined) return line(said)
  return `${NODE.test(said) ? '(node) ' : head}${line(said.slice(head.length)) ?? '[...]'}`
}

function countingLeftOut(lines: readonly (string | null)[]): string[] {
  const told: string[] = []
  let leftOut = 0
  const tellCount = (): void => {
    if (leftOut > 0) told.push(`(${leftOut === 1 ? '1 line' : `${leftOut} lines`} left out)`)
    leftOut = 0
  }
  for (const line of lines) {
    if (line === null) {
      leftOut++
      continue
    }
    tellCount()
    told.push(line)
  }
  tellCount()
  return told
}
