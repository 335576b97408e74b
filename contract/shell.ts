// What the page may ask of the desktop window beyond the API: only what needs the system's own dialogs and programs.
// The preload script passes these on, electron/shell checks and answers them. In a browser nobody answers.
import { z } from 'zod'

export const SHELL_CHANNEL = 'organ-mosaic'

export const ShellRequestSchema = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('choose-folder') }),
  z.strictObject({ ask: z.literal('admit'), path: z.string().min(1) }),
  z.strictObject({ ask: z.literal('show-folder'), path: z.string().min(1) }),
  z.strictObject({ ask: z.literal('choose-workspace') }),
])
export type ShellRequest = z.infer<typeof ShellRequestSchema>

/** Errors do not cross between processes as they are: a sentence does. */
export type ShellAnswer = { value: string | null } | { problem: string }

/** What the page finds on `window.organMosaic`. `Dropped` is the browser's File. */
export interface Shell<Dropped> {
  /** The system's own dialog. @returns null when the person closed it */
  readonly chooseFolder: () => Promise<string | null>
  /** Where a dropped file or folder lies. @returns null for a file that has no place on disk */
  readonly pathOf: (file: Dropped) => Promise<string | null>
  /** Opens a folder in the system's file manager. @throws Error that says why not */
  readonly showFolder: (path: string) => Promise<void>
  /** Lets the person choose another workspace, and starts the application anew with it. */
  readonly chooseWorkspace: () => Promise<void>
}
