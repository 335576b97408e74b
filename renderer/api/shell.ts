// What only the desktop window offers, through its preload script; in a browser there is none of it.

/** The whole surface between the page and the desktop, put on `window.organMosaic` by electron/shell/preload.cts. */
export interface Shell {
  /** The system's own dialog. @returns null when the person closed it */
  readonly chooseFolder: () => Promise<string | null>
  /** Where a dropped file or folder lies. @returns null for a file that has no place on disk */
  readonly pathOf: (file: File) => Promise<string | null>
}

declare global {
  interface Window {
    readonly organMosaic?: Shell
  }
}

/** @returns null in a browser */
export const shell = (): Shell | null => window.organMosaic ?? null
