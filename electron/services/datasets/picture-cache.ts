// Pictures of cases as PNG files in the workspace's cache, drawn when they are first asked for.
import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../../../trainer/imaging/write-file-atomically.ts'
import type { DrawJob } from './volume-jobs.ts'
import type { VolumeWorkers } from './volume-workers.ts'

/** Counts up whenever the same case is drawn in another way. */
const VERSION = 2

export interface PictureCache {
  /** @param content what tells whether the files are still the same. @throws what drawing throws */
  readonly draw: (content: string, job: Omit<DrawJob, 'kind'>) => Promise<Uint8Array>
}

export function createPictureCache(cacheFolder: string, workers: VolumeWorkers): PictureCache {
  const folder = join(cacheFolder, 'thumbnails')
  const drawing = new Map<string, Promise<Uint8Array>>()

  async function drawAnew(file: string, job: DrawJob): Promise<Uint8Array> {
    const png = await workers.run(job)
    await keep(file, png)
    return png
  }

  /** Never fails: a cache that cannot be written costs time and nothing else. */
  async function keep(file: string, png: Uint8Array): Promise<void> {
    try {
      await mkdir(folder, { recursive: true })
      await writeFileAtomically(file, png)
    } catch {
      return
    }
  }

  return {
    async draw(content, { root, ...what }) {
      const key = createHash('sha256')
        .update(JSON.stringify([VERSION, content, what]))
        .digest('hex')
      const file = join(folder, `${key.slice(0, 32)}.png`)
      const known = await readFile(file).catch(() => null)
      if (known) return known
      const pending = drawing.get(file) ?? drawAnew(file, { kind: 'draw', root, ...what })
      drawing.set(file, pending)
      return pending.finally(() => drawing.delete(file))
    },
  }
}
