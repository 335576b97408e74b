// The series of a folder of any depth: files are grouped by the series that they say they belong to, never by folder.
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { dicomFacts, NO_SERIES, type DicomFacts } from './dicom-facts.ts'

export interface DicomSeries {
  readonly uid: string
  /** The deepest folder that holds all of its files */
  readonly folder: string
  /** One a SOP instance, in the order of their paths */
  readonly files: readonly DicomFacts[]
  /** Further copies of files that are there already */
  readonly copies: number
}

const AT_ONCE = 16
const DEEPEST = 16

/** @param paths absolute */
export async function groupSeries(paths: readonly string[]): Promise<DicomSeries[]> {
  const facts: DicomFacts[] = []
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const some = await Promise.all(paths.slice(at, at + AT_ONCE).map(dicomFacts))
    facts.push(...some.flatMap((each) => each ?? []))
  }
  const named = Map.groupBy(facts, ({ series, path }) => (series === NO_SERIES ? dirname(path) : series))
  let blanked = 0
  return [...named.values()].map((files) => {
    const { series } = files[0]
    const uid = series === NO_SERIES ? `${NO_SERIES}.${blanked++}` : series
    const single = new Map(files.map((file) => [file.instance, file]))
    return {
      uid,
      folder: commonFolder(files.map(({ path }) => path)),
      files: [...single.values()],
      copies: files.length - single.size,
    }
  })
}

/** Every file below a folder; hidden ones are left out, links are not followed. */
export async function listFiles(folder: string, depth = 0): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const files: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory() && depth < DEEPEST) files.push(...(await listFiles(path, depth + 1)))
    else if (!entry.isDirectory()) files.push(path)
  }
  return files
}

/** @throws OrganMosaicError not-found when the folder holds no file of the series */
export async function findSeries(folder: string, uid: string): Promise<DicomSeries> {
  const all = await groupSeries(await listFiles(folder))
  // Numbers of series without a UID count for the folder that was looked into; the place says which is meant.
  const found = all.find((series) =>
    isBlanked(uid) ? isBlanked(series.uid) && series.folder === folder : series.uid === uid,
  )
  if (found) return found
  throw new OrganMosaicError(
    'not-found',
    `${folder} holds no file of the DICOM series ${uid} any more (${all.length} other series there). Put the files back, or register the dataset again.`,
  )
}

/** Its files do not say which series they are of: those of a folder are taken for one. */
export const isBlanked = (uid: string): boolean => uid.startsWith(`${NO_SERIES}.`)

/** The only image series of a folder. @throws OrganMosaicError invalid-data for none or several */
export async function onlySeries(folder: string): Promise<DicomSeries> {
  const images = (await groupSeries(await listFiles(folder))).filter(({ files }) => files[0].kind === 'image')
  if (images.length === 1) return images[0]
  const listed = images.slice(0, 5).map(({ files }) => `${files[0].modality} of ${files.length} files`)
  throw new OrganMosaicError(
    'invalid-data',
    `${folder} is a folder with ${images.length} DICOM image series${listed.length > 0 ? ` (${listed.join('; ')})` : ''}; expected one. Choose the folder of one series, or an image file.`,
  )
}

/** CT, MR, PET and what else has slices; a single projection is none. */
export const isVolumeSeries = ({ files }: DicomSeries): boolean =>
  files[0].kind === 'image' && (files.length > 1 || files[0].frames > 1 || /^(CT|MR|PT)$/.test(files[0].modality))

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0])
  while (
    !paths.every((path) => path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`)) &&
    dirname(folder) !== folder
  ) {
    folder = dirname(folder)
  }
  return folder
}
