// Who a patient is stays in the files: after everything that a window asks of a dataset, no byte of the workspace, no
// answer and no message holds the name that the files hold.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CaseViewSchema } from '../contract/api/volumes.ts'
import { DatasetPageSchema } from '../contract/api/datasets.ts'
import {
  imageVolume,
  labelVolume,
  temporaryFolder,
  writeTestFolder,
} from '../electron/services/datasets/write-test-folder.ts'
import { openHost, type Host } from './helpers/open-host.ts'

/** As long as the name in the fixtures, whose place it takes. */
const PLANTED = 'Zyxwvu'
const FIXTURE_NAME = 'Nobody'

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
}

function plant(folder: string): void {
  for (const path of filesBelow(folder)) {
    const text = readFileSync(path, 'latin1')
    writeFileSync(path, text.replaceAll(FIXTURE_NAME, PLANTED), 'latin1')
  }
}

function holdsName(bytes: Buffer): boolean {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  return [plain.toString('latin1'), plain.toString('utf16le')].some((text) => text.toLowerCase().includes('zyxwvu'))
}

async function useEverything(host: Host, folder: string, dataset: string): Promise<string> {
  const inspection = await host.task('POST', '/datasets/inspections', { folder })
  const task = await host.task('POST', '/datasets', { folder, name: dataset, role: 'train', mapping: [] })
  expect(task.error).toBeNull()
  const page = DatasetPageSchema.parse(await host.json('GET', `/datasets/${dataset}`))
  const answers: unknown[] = [inspection, task, page]
  for (const { id } of page.cases) {
    const place = `/datasets/${dataset}/cases/${encodeURIComponent(id)}`
    const view = CaseViewSchema.parse(await host.json('GET', `${place}/layers`))
    answers.push(view)
    for (const layer of view.layers) {
      const volume = await host.send('GET', `${place}/layers/${encodeURIComponent(layer.id)}/volume`)
      expect(holdsName(Buffer.from(await volume.arrayBuffer()))).toBe(false)
    }
    await (await host.send('GET', `${place}/thumbnail`)).arrayBuffer()
  }
  answers.push(
    await host.json('GET', `/datasets/${dataset}/mapping`),
    await host.json('GET', `/matrix?names=${dataset}`),
  )
  return JSON.stringify(answers)
}

function dicom(place: string): string {
  const root = temporaryFolder()
  mkdirSync(join(root, place), { recursive: true })
  const fixtures = join(import.meta.dirname, 'fixtures/dicom')
  cpSync(join(fixtures, 'mixed'), join(root, place, 'scan'), { recursive: true })
  cpSync(join(fixtures, 'structures.dcm'), join(root, place, 'anything.dcm'))
  plant(root)
  return root
}

/** A NIfTI header with a name in db_name, and an NRRD with one in a key. */
async function otherFormats(): Promise<string> {
  const root = await writeTestFolder({
    'images/A.nii.gz': imageVolume(1),
    'labels/A.nii.gz': labelVolume({ 1: [1, 1, 4] }),
  })
  const path = join(root, 'images/A.nii.gz')
  const bytes = gunzipSync(readFileSync(path))
  bytes.write(`${PLANTED}^Q`, 14, 'latin1')
  writeFileSync(path, gzipSync(bytes))
  const label = gunzipSync(readFileSync(join(root, 'labels/A.nii.gz'))).subarray(-120)
  const header = [
    ...['NRRD0005', 'type: uint8', 'dimension: 3', 'space: left-posterior-superior', 'sizes: 6 5 4'],
    ...['space directions: (1,0,0) (0,1,0) (0,0,2)', 'space origin: (-10,20,30)', 'encoding: raw'],
    ...[`DICOM_0010_0010:=${PLANTED}^Q`, '', ''],
  ].join('\n')
  writeFileSync(join(root, 'labels/A.nrrd'), Buffer.concat([Buffer.from(header, 'latin1'), label]))
  renameSync(join(root, 'labels/A.nii.gz'), join(root, 'spare'))
  return root
}

/** A line in the description, and the sidecar that converters write. */
async function converted(): Promise<string> {
  const root = await writeTestFolder({
    'images/A.nii.gz': imageVolume(1),
    'images/A.json': JSON.stringify({ Modality: 'CT', PatientName: PLANTED, PatientBirthDate: '1961-02-03' }),
    'labels/A.nii.gz': labelVolume({ 1: [1, 1, 4] }),
  })
  const path = join(root, 'labels/A.nii.gz')
  const bytes = gunzipSync(readFileSync(path))
  bytes.write(`${PLANTED}, Quentin 19610203`, 148, 'latin1')
  writeFileSync(path, gzipSync(bytes))
  return root
}

describe('a planted name', () => {
  it.each([
    ['DICOM images and structures', () => Promise.resolve(dicom('P1')), /PatientName/],
    ['NIfTI and NRRD headers', otherFormats, /db_name, DICOM_0010_0010/],
    [
      'a NIfTI description and a JSON sidecar',
      converted,
      /PatientName in a JSON file, PatientBirthDate in a JSON file, descrip/,
    ],
  ])('in %s is reported, and nowhere else', async (_, make, fields) => {
    const folder = await make()
    const host = openHost(folder)
    const answers = await useEverything(host, folder, 'site')
    expect(answers.toLowerCase()).not.toContain('zyxwvu')
    const { findings } = host.services.datasetDesk.read('site')
    const reported = findings.filter(({ code }) => code === 'patient-identifiers')
    expect(reported).toMatchObject([{ severity: 'info', message: expect.stringMatching(fields) }])
    const files = filesBelow(host.home)
    expect(files.length).toBeGreaterThan(3)
    expect(files.filter((path) => holdsName(readFileSync(path)))).toEqual([])
    // The files themselves are as they were: the search would have found it.
    expect(filesBelow(folder).some((path) => holdsName(readFileSync(path)))).toBe(true)
  })

  it('that is also the name of a folder is said without being said', async () => {
    const folder = dicom(PLANTED)
    const host = openHost(folder)
    await host.task('POST', '/datasets', { folder, name: 'site', role: 'train', mapping: [] })
    const { findings } = host.services.datasetDesk.read('site')
    const [warning] = findings.filter(({ code, severity }) => code === 'patient-identifiers' && severity === 'warning')
    expect(warning.message).toMatch(/^Files or folders of 1 case are called like the patient in the files/)
    expect(warning.message).not.toContain(PLANTED)
  })
})
