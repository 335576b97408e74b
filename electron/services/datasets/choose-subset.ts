// A table that lists several datasets is read as one of them: the one that was chosen, or the one of the dataset's name.
import { z } from 'zod'
import type { FolderReading } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'

/**
 * @param name of the dataset, which decides where nothing was chosen; null: the first one is taken
 * @throws OrganMosaicError usage when several are left to choose from, and what the work throws
 */
export async function withSubset<T>(
  reading: FolderReading,
  name: string | null,
  work: (reading: FolderReading) => Promise<T>,
): Promise<T> {
  try {
    return await work(reading)
  } catch (error) {
    const subsets = reading.subset === undefined ? subsetsOf(error) : []
    const subset = name === null ? subsets[0] : subsets.find((each) => each === name)
    if (subset === undefined) throw error
    return work({ ...reading, subset })
  }
}

function subsetsOf(error: unknown): string[] {
  if (!(error instanceof OrganMosaicError)) return []
  return z.array(z.string()).catch([]).parse(error.details['subsets'])
}
