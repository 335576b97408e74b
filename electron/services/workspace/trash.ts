// What was removed from the workspace and may be taken back: trash/KIND/ID/NAME, until the trash is emptied.
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Workspace } from './open-workspace.ts'

export type TrashKind = 'datasets' | 'runs' | 'studies'

export interface Removed {
  readonly name: string
  /** Where it lies now. */
  readonly folder: string
}

const trashOf = (workspace: Workspace, kind: TrashKind): string => join(workspace.home, 'trash', kind)

/** @returns the id that findInTrash knows it by */
export function moveToTrash(workspace: Workspace, kind: TrashKind, folder: string): string {
  const removed = randomUUID()
  const place = join(trashOf(workspace, kind), removed)
  mkdirSync(place, { recursive: true })
  renameSync(folder, join(place, basename(folder)))
  return removed
}

/** @param removed as a page sends it @returns null when it is not there any more */
export function findInTrash(workspace: Workspace, kind: TrashKind, removed: string): Removed | null {
  const place = join(trashOf(workspace, kind), removed)
  if (!/^[0-9a-f-]{36}$/.test(removed) || !existsSync(place)) return null
  // A system may leave files of its own beside it.
  const name = readdirSync(place).find((entry) => !entry.startsWith('.'))
  return name === undefined ? null : { name, folder: join(place, name) }
}

export function takeFromTrash({ folder }: Removed, place: string): void {
  renameSync(folder, place)
  rmSync(dirname(folder), { recursive: true })
}

/**
 * Back to where it was.
 * @param what one of the kind is called
 * @param placeOf its folder by its name
 * @returns its name
 * @throws OrganMosaicError `not-found`; `conflict` when another one has its name by now
 */
export function restoreFromTrash(
  workspace: Workspace,
  kind: TrashKind,
  removed: string,
  what: string,
  placeOf: (name: string) => string,
): string {
  const found = findInTrash(workspace, kind, removed)
  if (found === null) {
    throw new OrganMosaicError(
      'not-found',
      `That ${what} is not in the trash any more; look into the trash folder of the workspace.`,
    )
  }
  const { name, folder } = found
  if (existsSync(placeOf(name))) {
    throw new OrganMosaicError(
      'conflict',
      `Another ${what} is called ${name} by now; remove it, or move ${folder} to the ${kind} folder under another name.`,
    )
  }
  takeFromTrash(found, placeOf(name))
  return name
}

/** For good. */
export function emptyTrash(workspace: Workspace, kind: TrashKind, olderThanMs: number): void {
  const trash = trashOf(workspace, kind)
  if (!existsSync(trash)) return
  for (const entry of readdirSync(trash)) {
    const path = join(trash, entry)
    if (Date.now() - statSync(path).mtimeMs > olderThanMs) rmSync(path, { recursive: true, force: true })
  }
}
