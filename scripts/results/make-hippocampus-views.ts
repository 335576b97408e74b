// The hippocampus benchmark: two partially labelled datasets, a test set and a reference, out of the Decathlon's Task04.
// Sorted by name: 80 cases keep only the anterior part, the next 80 only the posterior, the last 40 keep both.
// usage: npm run results:hippocampus -- TASK04_FOLDER OUTPUT_FOLDER [CASES_OF_EACH_DATASET]
import { existsSync } from 'node:fs'
import { copyFile, link, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OrganMosaicError } from '../../contract/errors.ts'
import { readNifti } from '../../trainer/imaging/nifti/read-nifti.ts'
import { writeNifti } from '../../trainer/imaging/nifti/write-nifti.ts'

/** Organ -> label value, as the Decathlon numbers them. */
const PARTS = { hippocampus_anterior: 1, hippocampus_posterior: 2 } as const
type Part = keyof typeof PARTS

interface View {
  readonly name: string
  readonly parts: readonly Part[]
  readonly split: 'Tr' | 'Ts'
  readonly cases: readonly string[]
}

/** How many cases each view takes, in order of their names. */
export interface ViewSizes {
  readonly anterior: number
  readonly posterior: number
  readonly test: number
}

const both: readonly Part[] = ['hippocampus_anterior', 'hippocampus_posterior']

function planViews(cases: readonly string[], { anterior, posterior, test }: ViewSizes): View[] {
  const training = anterior + posterior
  if (cases.length < training + test) {
    throw new OrganMosaicError(
      'invalid-data',
      `Expected at least ${training + test} cases, found ${cases.length}; give the complete Task04_Hippocampus.`,
    )
  }
  return [
    { name: 'anterior', parts: both.slice(0, 1), split: 'Tr', cases: cases.slice(0, anterior) },
    { name: 'posterior', parts: both.slice(1), split: 'Tr', cases: cases.slice(anterior, training) },
    { name: 'test', parts: both, split: 'Ts', cases: cases.slice(-test) },
    { name: 'reference', parts: both, split: 'Tr', cases: cases.slice(0, training) },
  ]
}

/**
 * Writes OUTPUT/anterior, posterior, test and reference in nnU-Net layout. Images are hard links where that works.
 * @returns the four folders
 * @throws OrganMosaicError not-found without Task04's folders, invalid-data with too few cases, conflict when a view exists
 */
export async function makeHippocampusViews(
  task04: string,
  output: string,
  sizes: ViewSizes = { anterior: 80, posterior: 80, test: 40 },
): Promise<string[]> {
  const images = join(task04, 'imagesTr')
  if (!existsSync(images) || !existsSync(join(task04, 'labelsTr'))) {
    throw new OrganMosaicError('not-found', `${task04} has no imagesTr and labelsTr; expected the Decathlon's Task04.`)
  }
  const files = await readdir(images)
  const cases = files.filter((name) => /^[^.].*\.nii\.gz$/.test(name)).map((name) => name.slice(0, -'.nii.gz'.length))
  const views = planViews(cases.sort(), sizes)
  for (const { name } of views) {
    if (!existsSync(join(output, name))) continue
    throw new OrganMosaicError('conflict', `${join(output, name)} exists already; remove it or choose another folder.`)
  }
  for (const view of views) await writeView(task04, join(output, view.name), view)
  return views.map(({ name }) => join(output, name))
}

async function writeView(task04: string, folder: string, { name, parts, split, cases }: View): Promise<void> {
  const [images, labels] = [join(folder, `images${split}`), join(folder, `labels${split}`)]
  await mkdir(images, { recursive: true })
  await mkdir(labels, { recursive: true })
  const kept = new Set<number>(parts.map((part) => PARTS[part]))
  for (const id of cases) {
    const target = join(images, `${id}_0000.nii.gz`)
    const source = join(task04, 'imagesTr', `${id}.nii.gz`)
    // Links do not reach across file systems, and some file systems have none.
    await link(source, target).catch(() => copyFile(source, target))
    const { volume } = await readNifti(join(task04, 'labelsTr', `${id}.nii.gz`))
    const data = Uint8Array.from(volume.data, (value) => (kept.has(value) ? value : 0))
    await writeNifti(join(labels, `${id}.nii.gz`), { data, geometry: volume.geometry })
  }
  const description = {
    name: `hippocampus-${name}`,
    channel_names: { 0: 'MRI' },
    labels: { background: 0, ...Object.fromEntries(parts.map((part) => [part, PARTS[part]])) },
    numTraining: split === 'Tr' ? cases.length : 0,
    file_ending: '.nii.gz',
  }
  await writeFile(join(folder, 'dataset.json'), `${JSON.stringify(description, null, 2)}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [task04, output, each = '80'] = process.argv.slice(2)
  if (!task04 || !output || !/^[1-9]\d*$/.test(each)) {
    console.error('usage: make-hippocampus-views TASK04_FOLDER OUTPUT_FOLDER [CASES_OF_EACH_DATASET]')
    process.exit(2)
  }
  try {
    const sizes = { anterior: Number(each), posterior: Number(each), test: 40 }
    for (const folder of await makeHippocampusViews(task04, output, sizes)) console.log(folder)
  } catch (error) {
    if (!(error instanceof OrganMosaicError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
