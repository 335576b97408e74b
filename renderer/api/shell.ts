// What only the desktop window offers, through its preload script (electron/shell/preload.cjs); a browser has none of it.
import type { Shell } from '../../contract/shell.ts'

declare global {
  interface Window {
    readonly organMosaic?: Shell<File>
  }
}

/** @returns null in a browser */
export const shell = (): Shell<File> | null => window.organMosaic ?? null
