// How many files in a folder look like medical images. A hint for somebody who looks for a dataset: it is given up
// when it takes long, because a shared drive may hold millions of files.
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const imageName = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|dcm)$/i
const DEEPEST = 3

/** What may still be spent on a listing. */
export interface CountBudget {
  entries: number
  readonly until: number
}

export const newBudget = (entries = 20_000, milliseconds = 400): CountBudget => ({
  entries,
  until: Date.now() + milliseconds,
})

export const isImage = (entry: Dirent): boolean => entry.isFile() && imageName.test(entry.name)

export const isHidden = (name: string): boolean => /^[.$]/.test(name) || name === 'System Volume Information'

/** Links are not followed. @returns counted: whether every level was looked at */
export async function countImages(folder: string, budget: CountBudget): Promise<{ images: number; counted: boolean }> {
  let images = 0
  let level = [folder]
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const next: string[] = []
    for (const place of level) {
      if (budget.entries <= 0 || Date.now() > budget.until) return { images, counted: false }
      const entries = await readdir(place, { withFileTypes: true }).catch(() => [])
      budget.entries -= entries.length + 1
      images += entries.filter(isImage).length
      next.push(...entries.filter((entry) => entry.isDirectory() && !isHidden(entry.name)).map(toPath(place)))
    }
    level = next
  }
  return { images, counted: level.length === 0 }
}

const toPath =
  (folder: string) =>
  ({ name }: Dirent): string =>
    join(folder, name)
