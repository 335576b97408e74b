// What of each organ's connected parts predictions keep: chosen on validation cases after the last stage, stored with the
// run, applied to every prediction of that stage.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { POST_PROCESSING_FILE, PostProcessingSchema, type PostProcessing } from '../../contract/post-processing.ts'
import { readJsonFile } from '../jobs/read-json-file.ts'

export const postProcessingPath = (runFolder: string): string => join(runFolder, POST_PROCESSING_FILE)

export async function readPostProcessing(runFolder: string): Promise<PostProcessing | null> {
  const path = postProcessingPath(runFolder)
  if (!existsSync(path)) return null
  return readJsonFile(path, PostProcessingSchema, 'Delete it and resume the run: it is chosen again.')
}

/** What may be kept, strictest first: the largest part, or also parts of at least a tenth of it. */
export const CANDIDATES = [1, 0.1] as const

/** @param dice mean Dice of an organ without post-processing, and with each candidate. @returns the share to keep */
export function chooseKeep(before: number, after: readonly number[]): { keep: number; dice: number } {
  const best = Math.max(...after)
  if (best < before) return { keep: 0, dice: before }
  return { keep: CANDIDATES[after.indexOf(best)]!, dice: best }
}
