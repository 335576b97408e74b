// Decoded volumes of the cases looked at last, bounded in bytes: the oldest go first.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import type { Recipe } from './recipe.ts'
import type { DecodedVolume, VolumeDecoder } from './volume-decoder.ts'

export interface VolumeCache {
  /** Decodes unless the same files were decoded lately; two callers share one decoding. */
  readonly get: (recipe: Recipe) => DecodedVolume
  readonly bytes: () => number
}

/** Two CTs of 512 x 512 x 600 with their labels. */
export const CACHE_BYTES = 1024 * 1024 * 1024

/** @param limit volumes larger than this are handed out and not kept */
export function createVolumeCache(decoder: Pick<VolumeDecoder, 'decode'>, limit = CACHE_BYTES): VolumeCache {
  const entries = new Map<string, { volume: DecodedVolume; bytes: number }>()
  const total = (): number => [...entries.values()].reduce((sum, { bytes }) => sum + bytes, 0)

  function shrink(): void {
    for (const [key, { bytes }] of entries) {
      if (total() <= limit) return
      // Bytes of 0 are still being decoded: somebody waits for them.
      if (bytes > 0) entries.delete(key)
    }
  }

  return {
    get(recipe) {
      const key = keyOf(recipe)
      const known = entries.get(key)
      if (known) {
        entries.delete(key)
        entries.set(key, known)
        return known.volume
      }
      const entry = { volume: decoder.decode(recipe), bytes: 0 }
      entries.set(key, entry)
      entry.volume.rest.then(
        ({ voxels }) => {
          entry.bytes = voxels.byteLength
          shrink()
        },
        () => entries.delete(key),
      )
      return entry.volume
    },
    bytes: total,
  }
}

/** A file that was written again is another file. */
function keyOf(recipe: Recipe): string {
  return JSON.stringify([recipe, pathsOf(recipe).map(stampOf)])
}

function pathsOf(recipe: Recipe): readonly string[] {
  if (recipe.kind === 'image') return [recipe.path]
  if (recipe.kind === 'labels')
    return recipe.sources.map((file) => ('path' in file ? file.path : join(file.root, file.source.path)))
  return recipe.kind === 'disagreement' ? recipe.paths : [recipe.folder]
}

/** @param path of a file, or with the part of it that is meant */
function stampOf(path: string): string {
  const stat = statSync(pathOf(path), { throwIfNoEntry: false })
  return stat ? `${stat.mtimeMs} ${stat.size}` : 'missing'
}
