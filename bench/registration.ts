// How long CTs take to register, plain and compressed, and whether the host goes on answering meanwhile: one of 512 x 512 x
// 300 with a SEG of twelve organs, and a hundred of 512 x 512 x 200 with label maps. Needs 3 GB of disk for a while.
import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channelOf } from '../contract/channel.ts'
import { readImageGeometry } from '../trainer/imaging/read-image.ts'
import { seriesAddress } from '../trainer/imaging/image-source.ts'
import { writeNifti } from '../trainer/imaging/nifti/write-nifti.ts'
import { writeOutput } from '../trainer/imaging/output/write-output.ts'
import type { Row } from './benches.ts'
import { openEncoder, type Compression } from './registration/encode-slices.ts'
import type { RegistrationSetting, RegistrationTimes } from './registration/registration-setting.ts'
import { drawOrgans, encodeSlices, SPACING_MM, writeCtSeries } from './registration/write-ct-series.ts'

const COMPRESSIONS: readonly Compression[] = ['none', 'jpeg-lossless', 'jpeg-ls', 'jpeg-2000']
const [SLICES, MANY_SLICES, MANY, ORGANS] = [300, 200, 100, 12]

export const benchRegistration = (): Promise<Row[]> =>
  inScratch(async (scratch) => {
    const rows: Row[] = []
    for (const compression of COMPRESSIONS) rows.push(...(await measureOne(join(scratch, compression), compression)))
    return rows
  })

export const benchManyRegistrations = (): Promise<Row[]> => inScratch((scratch) => measureMany(join(scratch, 'many')))

async function inScratch(measure: (scratch: string) => Promise<Row[]>): Promise<Row[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'organ-mosaic-bench-'))
  try {
    return await measure(scratch)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function measureOne(folder: string, compression: Compression): Promise<Row[]> {
  const patient = join(folder, 'patient')
  const series = writeCtSeries(join(patient, 'ct'), encodeSlices(SLICES, await openEncoder(compression)), compression)
  await writeSegmentation(join(patient, 'seg'), seriesAddress(join(patient, 'ct'), series))
  return rowsOf(`one, ${compression}`, register(folder))
}

async function writeSegmentation(folder: string, image: string): Promise<void> {
  const labelMap = { data: drawOrgans(SLICES, ORGANS), geometry: await readImageGeometry(image) }
  const segments = Array.from({ length: ORGANS }, (_, n) => ({
    ...{ value: n + 1, organ: `organ_${n + 1}`, name: `Organ ${n + 1}`, color: '#cc3311', snomedCode: null },
    ...{ laterality: null, source: 'truth' as const, voxels: 1 },
  }))
  const about = { version: 'bench', run: 'bench', stage: 2, model: 'ensemble', createdAt: new Date(0) }
  const source = { id: 'organs', images: [image], channels: [channelOf('CT')], modality: 'CT' as const }
  const segmentation = { ...source, labelMap, segments, probabilityOf: null, about }
  await writeOutput('dicom-seg', segmentation, folder)
}

/** The same slices in a hundred orders, and one label map for all: what is read is as much as if all were different. */
async function measureMany(folder: string): Promise<Row[]> {
  const encoded = encodeSlices(MANY_SLICES, await openEncoder('jpeg-ls'))
  mkdirSync(folder)
  const labels = join(folder, '..', 'organs.nii.gz')
  const geometry = {
    shape: [MANY_SLICES, 512, 512] as [number, number, number],
    spacingMm: [...SPACING_MM] as [number, number, number],
    origin: [0, 0, 0] as [number, number, number],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  }
  await writeNifti(labels, { data: drawOrgans(MANY_SLICES, ORGANS), geometry })
  for (let n = 0; n < MANY; n++) {
    const patient = join(folder, `patient-${n}`)
    writeCtSeries(join(patient, 'ct'), [...encoded.slice(n), ...encoded.slice(0, n)], 'jpeg-ls')
    linkSync(labels, join(patient, 'organs.nii.gz'))
  }
  return rowsOf(`${MANY} of 200 slices, jpeg-ls`, register(folder))
}

function register(folder: string): RegistrationTimes {
  const setting: RegistrationSetting = { folder, home: `${folder}-home`, name: 'bench' }
  const args = [join(import.meta.dirname, 'registration/measure-registration.ts'), JSON.stringify(setting)]
  const times = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as RegistrationTimes
  for (const used of [folder, setting.home]) rmSync(used, { recursive: true, force: true })
  return times
}

function rowsOf(what: string, times: RegistrationTimes): Row[] {
  const row = (measure: string, value: number, unit: string): Row => ({
    bench: 'register',
    measure: `${what}: ${measure}`,
    value,
    unit,
  })
  return [
    row('usable cases', times.usableCases, ''),
    row('until registered', times.seconds, 's'),
    row('processor time', times.cores * times.seconds, 's'),
    row('cores busy', times.cores, ''),
    row('host busy at a time, p99', times.loopP99Ms, 'ms'),
    row('host busy at a time, most', times.loopMostMs, 'ms'),
    row('list of datasets, p99', times.requestP99Ms, 'ms'),
    row('list of datasets, most', times.requestMostMs, 'ms'),
    row('peak memory', times.peakMb, 'MB'),
  ]
}
