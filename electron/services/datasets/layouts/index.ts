// Which layout a folder has: an ordered chain, first match wins. A new layout is one file and one line in LAYOUTS.
import { extname } from 'node:path'
import type { DatasetRole, FolderReading } from '../../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { isArchiveName } from '../../archives/open-archive.ts'
import type { FolderListing } from '../list-folder.ts'
import { isVolume } from './case-files.ts'
import { chooseChannels, noteMissingChannels } from './choose-channels.ts'
import type { LayoutDetector, LayoutMatch } from './layout.ts'
import { bidsLayout } from './bids-layout.ts'
import { dicomLayout } from './dicom-layout.ts'
import { expandSegments } from './expand-segments.ts'
import { manifestLayout } from './manifest-layout.ts'
import { nnunetLayout } from './nnunet-layout.ts'
import { nameValues } from './name-values.ts'
import { organFilesLayout } from './organ-files-layout.ts'
import { pairedLayout } from './paired-layout.ts'
import { matchPatterns } from './pattern-layout.ts'

export const LAYOUTS: readonly LayoutDetector[] = [
  // A table of cases is the most explicit statement there is.
  manifestLayout,
  // Before the folders, because dataset.json is an explicit statement: its imagesTr/labelsTr would also pass as paired folders,
  // and the names of the labels would be lost.
  nnunetLayout,
  // Its names are long and follow rules: nothing else has them by accident.
  bidsLayout,
  // Before the paired folders: a patient may be called anything, even "images", but only a patient's folder holds an
  // image and masks together.
  organFilesLayout,
  // After these two, because it asks for less: two folders with names that many other kinds of export use too.
  pairedLayout,
  // Last: where DICOM lies beside volumes that were made of it, the volumes are what somebody prepared for training.
  dicomLayout,
]

/**
 * @param reading patterns overrule what would be detected
 * @throws OrganMosaicError invalid-data when no layout fits, with what each expected and what the folder has; as detect
 */
export async function detectLayout(
  folder: FolderListing,
  role: DatasetRole,
  reading: FolderReading = {},
): Promise<LayoutMatch> {
  const finish = async (match: LayoutMatch): Promise<LayoutMatch> =>
    nameValues(await expandSegments(noteMissingChannels(chooseChannels(match, reading)), folder.root), folder.root)
  if (reading.patterns) return finish(matchPatterns(folder, reading.patterns))
  for (const layout of LAYOUTS) {
    const match = await layout.detect(folder, role, reading)
    if (match) return finish(match)
  }
  const expected = LAYOUTS.map((layout) => `- ${layout.expects}`).join('\n')
  throw new OrganMosaicError(
    'invalid-data',
    `${folder.root} fits no known layout.\nExpected one of:\n${expected}\nFound: ${describeContent(folder)}.${archivesAdvice(folder)}`,
    { details: { folder: folder.root } },
  )
}

/** Archives are unpacked where they are what was dropped, or lie in one that was; in a folder nothing is touched. */
function archivesAdvice({ files }: FolderListing): string {
  const archives = files.filter(isArchiveName)
  if (archives.length === 0) return ''
  const shown = archives.slice(0, 5).join(', ') + (archives.length > 5 ? `, and ${archives.length - 5} more` : '')
  return `\nIt holds archives (${shown}), which are not looked into in a folder: unpack them there, or pack the folder as one .zip, whose archives are unpacked too.`
}

/** '12 image, 3 .dcm in the folders a, b, c' */
function describeContent({ files }: FolderListing): string {
  if (files.length === 0) return 'nothing'
  const kinds = Map.groupBy(files, (path) => (isVolume(path) ? 'image' : extname(path) || 'without extension'))
  const counts = [...kinds].map(([kind, paths]) => `${paths.length} ${kind}`).join(', ')
  const folders = [...new Set(files.map((path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '.')))]
  const shown = folders.slice(0, 8).join(', ') + (folders.length > 8 ? `, and ${folders.length - 8} more` : '')
  return `files: ${counts}; in: ${shown}`
}
