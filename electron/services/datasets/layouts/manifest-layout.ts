// A table of cases: manifest.csv with the columns image and label, where no folder names say what belongs together.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { FolderListing } from '../list-folder.ts'
import { readLabelTable } from './label-table.ts'
import { modalityOf, namedChannel, type FoundCase, type FoundChannel, type LayoutDetector } from './layout.ts'
import { casesOfManifest } from './manifest-cases.ts'
import { readManifest, type Manifest } from './manifest-rows.ts'

const NAME = /^(manifest|cases|datasets?|images)\.(csv|tsv)$/i

export const manifestLayout: LayoutDetector = {
  id: 'manifest',
  expects:
    'a table manifest.csv with the columns image (or image_T1, image_T2 ... for channels) and label (also dataset, case, patient, split, organ)',

  async detect(folder, role, reading) {
    const found = await findManifest(folder)
    if (found === null) return null
    const { name, rows, channels } = found
    const subsets = [...new Set(rows.map(({ dataset }) => dataset))].filter((dataset) => dataset !== '')
    const own = rows.filter(({ dataset }) => dataset === chooseSubset(subsets, reading.subset, join(folder.root, name)))
    const splits = new Set(own.map(({ split }) => split))
    const split = splits.size < 2 ? null : role === 'test' ? 'test' : 'train'
    const used = own.filter((row) => split === null || row.split === split || row.split === '')
    const { cases, notes } = casesOfManifest(used, folder, name)
    const table = ['labels.csv', 'labels.tsv'].find((path) => folder.files.includes(path))
    const keys = cases.flatMap(({ labels }) => labels.flatMap((label) => (label.kind === 'mask' ? label.labelKey : [])))
    const hasMaps = cases.some(({ labels }) => labels.some(({ kind }) => kind === 'map'))
    const named = [...new Set(keys)].sort().map((key) => ({ key, sourceName: key }))
    const values = table
      ? readLabelTable(await readFile(join(folder.root, table), 'utf8'), join(folder.root, table))
      : null
    return {
      layout: 'manifest',
      reason: `${name}: ${counted(used.length, 'row')}${split === null ? '' : ` of split ${split}`}, ${counted(cases.length, 'case')}`,
      title: reading.subset ?? null,
      channels: channels.map((channel, at) => channelOf(channel, at, cases)),
      labels: values === null && hasMaps ? null : [...(values ?? []), ...named],
      cases,
      notes,
      subsets,
    }
  },
}

/** As its column is called; else what its first file is called says what kind of image it is. */
function channelOf(name: string | null, at: number, cases: readonly FoundCase[]): FoundChannel {
  if (name !== null) return namedChannel(name)
  const [file] = cases.flatMap(({ images }) => images[at] ?? [])
  return { name: null, modality: modalityOf(file?.split('/').at(-1) ?? '') }
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** Another tool's table of that name is left to the other detectors. */
async function findManifest(folder: FolderListing): Promise<(Manifest & { name: string }) | null> {
  for (const name of folder.files.filter((path) => NAME.test(path))) {
    const manifest = readManifest(await readFile(join(folder.root, name), 'utf8'), join(folder.root, name))
    if (manifest !== null) return { name, ...manifest }
  }
  return null
}

/** @throws OrganMosaicError usage, with the names to choose from in its details */
function chooseSubset(subsets: readonly string[], chosen: string | undefined, path: string): string {
  if (chosen !== undefined && subsets.includes(chosen)) return chosen
  if (chosen === undefined && subsets.length < 2) return subsets[0] ?? ''
  const asked = chosen === undefined ? 'none was chosen' : `"${chosen}" was chosen`
  throw new OrganMosaicError(
    'usage',
    `${path} lists the datasets ${subsets.join(', ') || '(none)'}, and ${asked}; choose one with --subset, or by the name.`,
    { details: { subsets } },
  )
}
