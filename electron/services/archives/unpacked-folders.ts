// Archives as datasets and as images to segment: each is unpacked once into unpacked/NAME of the workspace, and is a folder from then on.
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { detectLayout } from '../datasets/layouts/index.ts'
import { listFolder } from '../datasets/list-folder.ts'
import { nameOfFolder } from '../datasets/name-of-folder.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { isArchiveName, nameOfArchive, openArchive } from './open-archive.ts'
import type { UnpackContext } from './unpack-archive.ts'
import { unpackWithNested } from './unpack-nested.ts'

/** In the folder, hidden: what it was unpacked from, and whether a dataset was ever made of it. */
const NoteSchema = z.object({ archive: z.string(), state: z.string(), registered: z.boolean() })
const NOTE = '.archive.json'
const FORGOTTEN_MS = 24 * 3600 * 1000

const rootOf = (workspace: Pick<Workspace, 'home'>): string => join(workspace.home, 'unpacked')

/**
 * The folder of a dataset that a person names by a folder or by an archive.
 * @returns absolute; an archive that was unpacked before is not unpacked again
 * @throws OrganMosaicError as openArchive and unpackArchive
 */
export async function openDatasetFolder(
  workspace: Workspace,
  place: string,
  context: UnpackContext = {},
): Promise<string> {
  const path = resolve(place)
  const unpacked = await unpackOnce(workspace, path, context)
  // What a browser sent was sent for this only.
  if (unpacked !== path && isBelow(join(workspace.home, 'uploads'), path)) {
    await rm(dirname(path), { recursive: true, force: true })
  }
  return unpacked === path ? path : datasetWithin(unpacked)
}

/**
 * Images to segment: archives among the places are folders from then on.
 * @throws OrganMosaicError as openArchive and unpackArchive
 */
export async function openImagePlaces(
  workspace: Workspace,
  places: readonly string[],
  context: UnpackContext = {},
): Promise<string[]> {
  const opened: string[] = []
  for (const place of places) {
    opened.push(isArchiveName(place) ? folderWithin(await unpackOnce(workspace, resolve(place), context)) : place)
  }
  return opened
}

/** @returns the path itself when it is no archive */
async function unpackOnce(workspace: Workspace, path: string, context: UnpackContext): Promise<string> {
  const archive = await openArchive(path)
  if (archive === null) return path
  const { size, mtimeMs } = await stat(path)
  const note = { archive: path, state: `${size} ${mtimeMs}`, registered: false }
  const root = rootOf(workspace)
  const before = unpackedIn(root).find(({ name: _, ...known }) => known.archive === path && known.state === note.state)
  if (before) return join(root, before.name)
  await mkdir(root, { recursive: true })
  await removeForgotten(root)
  const unfinished = join(root, `.${randomUUID()}`)
  await unpackWithNested(archive, path, unfinished, context)
  writeJsonFile(join(unfinished, NOTE), note)
  const folder = freeName(root, nameOfFolder(nameOfArchive(basename(path))) || 'dataset')
  await rename(unfinished, folder)
  return folder
}

/** Down to the first folder that holds more than one other. */
function folderWithin(unpacked: string): string {
  for (let folder = unpacked; ;) {
    const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []
    const [only, ...others] = entries.filter(({ name }) => !name.startsWith('.'))
    if (!only?.isDirectory() || others.length > 0) return folder
    folder = join(folder, only.name)
  }
}

/** A folder that became a dataset stays: runs remember where their cases are. */
export function keepUnpacked(workspace: Pick<Workspace, 'home'>, folder: string): void {
  const root = rootOf(workspace)
  if (!isBelow(root, folder)) return
  const file = join(root, relative(root, folder).split(/[\\/]/)[0], NOTE)
  const note = readNote(file)
  if (note) writeJsonFile(file, { ...note, registered: true })
}

/** Most archives hold one folder that holds everything. */
async function datasetWithin(unpacked: string): Promise<string> {
  for (let folder = unpacked; ;) {
    const listing = await listFolder(folder)
    const fits = await detectLayout(listing, 'train').then(
      () => true,
      () => false,
    )
    if (fits) return folder
    const tops = new Set(listing.files.map((file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '')))
    const [only] = tops
    if (tops.size !== 1 || only === '') return unpacked
    folder = join(folder, only)
  }
}

/** Looked into more than a day ago, and never registered. */
async function removeForgotten(root: string): Promise<void> {
  for (const { name, registered } of unpackedIn(root)) {
    const isOld = Date.now() - statSync(join(root, name, NOTE)).mtimeMs > FORGOTTEN_MS
    if (!registered && isOld) await rm(join(root, name), { recursive: true, force: true })
  }
}

function unpackedIn(root: string): ({ name: string } & z.output<typeof NoteSchema>)[] {
  if (!existsSync(root)) return []
  return readdirSync(root).flatMap((name) => {
    const note = readNote(join(root, name, NOTE))
    return note ? { name, ...note } : []
  })
}

function readNote(file: string): z.output<typeof NoteSchema> | null {
  try {
    return NoteSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

const isBelow = (folder: string, path: string): boolean =>
  path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`)

/** NAME, NAME-2, NAME-3 ... */
function freeName(root: string, name: string): string {
  for (let count = 1; ; count++) {
    const folder = join(root, count === 1 ? name : `${name}-${count}`)
    if (!existsSync(folder)) return folder
  }
}
