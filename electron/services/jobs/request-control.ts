// Asks the process of a job to pause or stop: it looks between two steps, writes a checkpoint and ends.
import { join } from 'node:path'
import type { Control } from '../../../contract/job.ts'
import { writeJsonFile } from '../workspace/json-file.ts'

export function requestControl(folder: string, request: Control['request']): void {
  writeJsonFile(join(folder, 'control.json'), { request } satisfies Control)
}
