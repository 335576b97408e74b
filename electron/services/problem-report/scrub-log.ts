// trainer.log holds whatever a process prints when it dies. Lines of TensorFlow, of Node and of the system are kept by
// their form; of any other line only words that OrganMosaic uses itself.
import { existsSync, statSync } from 'node:fs'

import { readBytes } from '../../../trainer/job-folder/read-journal.ts'
import type { Scrubber } from './scrub-text.ts'

const KEPT_BYTES = 200_000
const FOREIGN = [
  /^(=== started at|WARNING: All log messages|\(node:\d+\)|\(Use `node|Node\.js v)/,
  // absl and TensorFlow: level, date, time, thread, file and line.
  /^[IWEF]\d{4} \d\d:\d\d:\d+\.\d+ +\d+ [\w./-]+:\d+\] /,
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] [\w./-]+:\d+\] /,
  /^\s+at [\w.<> [\]]+ \(?(node:|file:|\/|[A-Z]:)/,
  /^(Segmentation fault|Aborted|Killed|Illegal instruction|Bus error|terminate called|FATAL ERROR|<--- Last few GCs)/,
  /^\s*\d+: 0x[0-9a-f]+ /,
]

/** Its last part. */
export function scrubLog(path: string, { text, foreign }: Scrubber): string {
  if (!existsSync(path)) return ''
  const size = statSync(path).size
  const lines = readBytes(path, Math.max(0, size - KEPT_BYTES))
    .toString('utf8')
    .split('\n')
  if (size > KEPT_BYTES) lines.splice(0, 1, '... earlier lines are left out')
  return lines.map((line) => (FOREIGN.some((form) => form.test(line)) ? foreign(line) : text(line))).join('\n')
}
