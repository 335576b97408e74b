// How a command reads the cases of a folder: large ones in threads, one a core; small ones at once, where starting a
// thread would take longer than reading them.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { openFirstPlanes } from '../volumes/first-planes.ts'
import { inspectCase, type CaseFacts } from './inspect-case.ts'
import type { FoundCase } from './layouts/layout.ts'
import type { VolumeWorkers } from './volume-workers.ts'

const LARGE_BYTES = 2 ** 23

export function readLargeCasesIn(
  workers: VolumeWorkers,
  cacheFolder: string,
): (root: string, found: FoundCase) => Promise<CaseFacts> {
  const firstPlanes = openFirstPlanes(cacheFolder)
  return async (root, found) => {
    if (!(await isLarge(join(root, found.images[0] ?? '')))) return inspectCase(root, found, { firstPlanes })
    const { facts } = await workers.run({ kind: 'inspect', root, found, signature: null, cacheFolder })
    if (facts) return facts
    throw new OrganMosaicError('internal', `Case ${found.id} was not read; register the dataset again.`)
  }
}

/** A folder is a series of slices. */
async function isLarge(image: string): Promise<boolean> {
  const file = await stat(pathOf(image)).catch(() => null)
  return file !== null && (file.isDirectory() || file.size > LARGE_BYTES)
}
