// Asks the process of a job to pause or stop: it looks between two steps, writes a checkpoint and ends.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ControlSchema, type Control } from '../../../contract/job.ts'
import { writeJsonFile } from '../workspace/json-file.ts'

const CONTROL_FILE = 'control.json'

export function requestControl(folder: string, request: Control['request']): void {
  writeJsonFile(join(folder, CONTROL_FILE), { request } satisfies Control)
}

/** What was asked for last; null when nothing was. */
export function readRequest(folder: string): Control['request'] | null {
  try {
    return ControlSchema.parse(JSON.parse(readFileSync(join(folder, CONTROL_FILE), 'utf8'))).request
  } catch {
    return null
  }
}
