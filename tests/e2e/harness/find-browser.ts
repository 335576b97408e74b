// The Chromium of this machine: Debian's, Google's, or whatever CHROME_PATH names. Nothing is downloaded.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** @returns its path; null where there is none */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): string | null {
  const chosen = environment['CHROME_PATH']
  if (chosen) return isExecutable(chosen) ? chosen : null
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
