// The slices that the trainer leaves at each validation: previews/stageS-STEP-K.json, K the position of the dataset.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { RunSliceSchema, type RunSlice, type RunSliceEntry } from '../../../contract/run-slice.ts'
import { readJsonFile } from '../workspace/json-file.ts'

const pattern = /^stage([012])-(\d+)-(\d)\.json$/

/** Oldest first. */
export function listSlices(folder: string): RunSliceEntry[] {
  const previews = join(folder, 'previews')
  if (!existsSync(previews)) return []
  return readdirSync(previews)
    .flatMap((file) => {
      const found = pattern.exec(file)
      return found ? [{ file, stage: Number(found[1]), step: Number(found[2]), position: Number(found[3]) }] : []
    })
    .sort((a, b) => a.stage - b.stage || a.step - b.step || a.position - b.position)
}

/** @throws OrganMosaicError `not-found`, `invalid-file` */
export const readSlice = (folder: string, file: string): RunSlice =>
  readJsonFile(join(folder, 'previews', file), RunSliceSchema)
