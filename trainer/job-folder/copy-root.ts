// A machine that does not see the paths of another one gets copies of what a job needs, in one folder that holds them
// under their own absolute paths. A marker file at its top says so, and whoever finds it above a job folder reads the
// paths of run.json beneath it. run.json itself stays as it is, on both machines.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const COPY_MARKER = 'organ-mosaic-copies.txt'

/** @returns what stands before the absolute paths of the job in `folder`; '' on the machine that made it */
export function copyRoot(folder: string): string {
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    if (existsSync(join(above, COPY_MARKER))) return above
  }
  return ''
}
