// The JSON files of a job folder as the trainer reads them: a damaged one ends in a sentence that says what to do.
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { OrganMosaicError } from '../../contract/errors.ts'

/**
 * @param nextStep a sentence, e.g. 'Delete it and resume the run.'
 * @throws OrganMosaicError invalid-file when the file cannot be read, is no JSON or fails the schema
 */
export async function readJsonFile<T extends z.ZodType>(
  path: string,
  schema: T,
  nextStep: string,
): Promise<z.infer<T>> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new OrganMosaicError('invalid-file', `${path} is damaged: it does not hold what it should. ${nextStep}`, {
      cause,
    })
  }
}
