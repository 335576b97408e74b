// What the desktop application remembers for a person on this machine: the workspace, and where the window was.
import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../services/workspace/json-file.ts'

const PreferencesSchema = z.object({
  home: z.string().optional(),
  window: z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), maximized: z.boolean() }).optional(),
})
export type Preferences = z.infer<typeof PreferencesSchema>

export interface PreferenceFile {
  readonly read: () => Preferences
  /** Changes what is named and keeps the rest. */
  readonly update: (change: Partial<Preferences>) => void
}

/** @param folder of this application in the person's settings */
export function openPreferences(folder: string): PreferenceFile {
  const path = join(folder, 'preferences.json')
  const read = (): Preferences => {
    try {
      return readJsonFile(path, PreferencesSchema)
    } catch {
      // Not there yet, or damaged: the window opens as at the first start.
      return {}
    }
  }
  return { read, update: (change) => writeJsonFile(path, { ...read(), ...change }) }
}
