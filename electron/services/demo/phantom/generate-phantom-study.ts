// Writes the demo study: three sites that label different organs in three layouts, complete test cases, and the
// complete labels of the training images, by which pseudo labels can be measured.
import { existsSync } from 'node:fs'
import { copyFile, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import { writeNifti } from '../../../../trainer/imaging/nifti/write-nifti.ts'
import { createPatient } from './create-patient.ts'
import { loadPhantom, organsOf, type Phantom, type Scanner, type Site } from './phantom-description.ts'
import { scanPatient, type Scan } from './scan-patient.ts'
import * as write from './write-dataset.ts'

export interface PhantomOptions {
  readonly seed: number
  /** Of each site. */
  readonly trainingCases: number
  readonly testCases: number
  /** Voxels along an axis relative to the full study's, about 50 x 54 x 64; 0.5 for a tiny one. */
  readonly resolution: number
  /** 1: a CT; 2: an MR on the same grid beside it. */
  readonly channels: 1 | 2
}

export interface PhantomStudy {
  readonly sites: { readonly name: string; readonly folder: string }[]
  readonly test: string
  readonly reference: string
  /** Vocabulary ids; an organ's place, counted from 1, is its value in the test and reference label maps. */
  readonly organs: string[]
}

export type PhantomProgress = (done: number, total: number, message: string) => void

const DEFAULTS: PhantomOptions = { seed: 1, trainingCases: 16, testCases: 12, resolution: 1, channels: 1 }
const RECORD = 'phantom-study.json'

/**
 * A pure function of the options: the same files, byte for byte, every time. The folder appears when it is complete.
 * A folder that already holds this very study is left as it is.
 * @throws OrganMosaicError conflict when the folder exists and holds anything else; usage for options out of range
 */
export async function generatePhantomStudy(
  folder: string,
  options: Partial<PhantomOptions> = {},
  onProgress: PhantomProgress = () => {},
): Promise<PhantomStudy> {
  const settings = { ...DEFAULTS, ...options }
  checkOptions(settings)
  const phantom = loadPhantom()
  const { channels, ...others } = settings
  // A study of one channel is recorded as before there were more: it is the same one.
  const kept = channels === 1 ? others : settings
  const record = `${JSON.stringify({ phantom: phantom.version, ...kept }, null, 2)}\n`
  if (!(await holdsStudy(folder, record))) {
    const unfinished = `${folder}.unfinished`
    await rm(unfinished, { recursive: true, force: true })
    await writeStudy(phantom, unfinished, settings, onProgress)
    await writeFile(join(unfinished, RECORD), record)
    await mkdir(dirname(folder), { recursive: true })
    await rename(unfinished, folder)
  }
  return {
    sites: phantom.sites.map((site) => ({ name: site.folder, folder: join(folder, site.folder) })),
    test: join(folder, phantom.test.folder),
    reference: join(folder, phantom.reference.folder),
    organs: organsOf(phantom),
  }
}

function checkOptions({ seed, trainingCases, testCases, resolution }: PhantomOptions): void {
  const counts = [seed, trainingCases, testCases].every(
    (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31,
  )
  if (counts && trainingCases <= 999 && testCases <= 999 && resolution >= 0.25 && resolution <= 4) return
  throw new OrganMosaicError(
    'usage',
    `A phantom study takes a seed from 0, up to 999 cases of each kind and a resolution from 0.25 to 4; got seed ${seed}, ${trainingCases} training and ${testCases} test cases, resolution ${resolution}.`,
  )
}

async function holdsStudy(folder: string, record: string): Promise<boolean> {
  if (!existsSync(folder)) return false
  const found = await readFile(join(folder, RECORD), 'utf8').catch(() => null)
  if (found === record) return true
  throw new OrganMosaicError(
    'conflict',
    found === null
      ? `${folder} exists and is not a phantom study; choose another folder.`
      : `${folder} holds a phantom study made with other options; choose another folder, or remove it first.`,
  )
}

async function writeStudy(
  phantom: Phantom,
  folder: string,
  settings: PhantomOptions,
  onProgress: PhantomProgress,
): Promise<void> {
  const { channels } = settings
  const organs = organsOf(phantom)
  const complete = organs.map((organ, index) => ({ key: String(index + 1), name: organ, organs: [organ] }))
  const [reference, test] = [join(folder, phantom.reference.folder), join(folder, phantom.test.folder)]
  const total = phantom.sites.length * settings.trainingCases + settings.testCases
  let done = 0
  for (const site of phantom.sites) {
    for (let number = 1; number <= settings.trainingCases; number++) {
      const id = caseId(site.prefix, number)
      const scan = scanCase(phantom, settings, id, site.scanner, false)
      const images = await writeSiteCase(site, join(folder, site.folder), id, number, scan, organs)
      await mkdir(join(reference, 'imagesTr'), { recursive: true })
      for (const [channel, image] of images.entries()) {
        await linkOrCopy(image, join(reference, 'imagesTr', write.numbered(id, channel)))
      }
      await mkdir(join(reference, 'labelsTr'), { recursive: true })
      await writeNifti(join(reference, 'labelsTr', `${id}.nii.gz`), scan.labels)
      onProgress(++done, total, `${site.folder} ${id}`)
    }
    if (site.layout === 'nnunet') {
      await write.writeNnunetDescription(join(folder, site.folder), site.labels, settings.trainingCases, channels)
    }
    if (site.layout === 'paired') await write.writeLabelsCsv(join(folder, site.folder), site.labels)
  }
  for (let number = 1; number <= settings.testCases; number++) {
    const id = caseId(phantom.test.prefix, number)
    const look = phantom.sites[(number - 1) % phantom.sites.length] as Site
    const scan = scanCase(phantom, settings, id, { ...look.scanner, ...phantom.test }, true)
    await write.writeNnunetCase(test, 'Ts', id, scan, scan.labels)
    onProgress(++done, total, `${phantom.test.folder} ${id}`)
  }
  await write.writeNnunetDescription(test, complete, 0, channels)
  await write.writeNnunetDescription(reference, complete, phantom.sites.length * settings.trainingCases, channels)
}

const caseId = (prefix: string, number: number): string => `${prefix}_${String(number).padStart(3, '0')}`

function scanCase(phantom: Phantom, settings: PhantomOptions, id: string, scanner: Scanner, complete: boolean): Scan {
  const key = ['phantom', settings.seed, id]
  const patient = createPatient(phantom, key, complete)
  return scanPatient(patient, scanner, organsOf(phantom), settings.resolution, settings.channels, key)
}

/** Writes what the site has of a case, and gives the paths of its images, one a channel. */
async function writeSiteCase(
  site: Site,
  folder: string,
  id: string,
  number: number,
  scan: Scan,
  organs: readonly string[],
): Promise<string[]> {
  const drawn = write.drawnLabels(site, number)
  if (site.layout === 'organ-files') {
    return write.writeOrganFilesCase(folder, id, scan, drawn, organs)
  }
  const labels = write.relabel(scan.labels, drawn, organs)
  if (site.layout === 'paired') return write.writePairedCase(folder, id, scan, labels)
  return write.writeNnunetCase(folder, 'Tr', id, scan, labels)
}

/** The same bytes under another name; a copy where the file system has no hard links. */
const linkOrCopy = (from: string, to: string): Promise<void> => link(from, to).catch(() => copyFile(from, to))
