// DICOM series that are not what their labels were drawn on, as real files: what is wrong is named by its cause, and once.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createServices } from '../electron/services/create-services.ts'
import { temporaryFolder } from '../electron/services/datasets/write-test-folder.ts'
import { writeStructureSet } from '../trainer/imaging/output/dicom/write-structure-set.ts'
import { readImageGeometry } from '../trainer/imaging/read-image.ts'
import { newUid, type DicomRecord } from '../trainer/imaging/dicom/write-dicom.ts'
import { writeDicomPatient } from './helpers/dicom-site.ts'

const LIVER = [{ name: 'Liver', color: '#000000' }]

async function findingsOf(folder: string): Promise<string[]> {
  const services = createServices({ home: join(temporaryFolder(), 'home'), roots: ['/'] })
  await services.registerDataset({ name: 'site', folder })
  const { findings } = services.datasetDesk.read('site')
  services.close()
  return findings
    .filter(({ severity, code }) => severity !== 'info' && !['implausible-volume'].includes(code))
    .map(({ severity, message }) => `${severity} ${message}`)
}

const write = (folder: string, other: DicomRecord = {}) => writeDicomPatient(folder, 'Doe^Jane', 5, LIVER, other)

it('slices lost at an end of a series are counted by what a SEG was drawn on', async () => {
  const folder = temporaryFolder()
  await write(join(folder, 'P1'))
  expect(await findingsOf(folder)).toEqual([])
  for (let n = 16; n <= 24; n++) rmSync(join(folder, 'P1/scan', `${n}.dcm`))
  const [segmentation] = readdirSync(join(folder, 'P1')).filter((name) => name.endsWith('.dcm'))
  expect(await findingsOf(folder)).toEqual([
    `warning Case P1: the structures of SEG ${segmentation} were drawn on 24 slices, and 15 of them are there; what lies on the others is lost. Copy the whole series again.`,
  ])
})

it('a series that cannot be read is refused once, not once more for its contours', async () => {
  const folder = temporaryFolder()
  const SeriesInstanceUID = newUid()
  await write(join(folder, 'P1'), { SeriesInstanceUID })
  const image = `${join(folder, 'P1/scan')}#series=${SeriesInstanceUID}`
  const geometry = await readImageGeometry(image)
  const [depth, height, width] = geometry.shape
  const data = new Uint8Array(depth * height * width)
  for (let k = 8; k < 14; k++)
    for (let j = 10; j < 20; j++) data.fill(1, (k * height + j) * width + 10, (k * height + j) * width + 20)
  const segment = {
    ...{ value: 1, organ: 'liver', name: 'Liver', color: '#aa0000', snomedCode: null, laterality: null },
    ...{ source: 'truth' as const, voxels: 600 },
  }
  const about = { version: '0', run: 'drawn', stage: 1, model: 'drawn', createdAt: new Date(0) }
  const channels = [{ name: 'CT', modality: 'CT' as const }]
  const drawn = { id: 'rt', images: [image], channels, labelMap: { data, geometry }, segments: [segment], about }
  for (const name of readdirSync(join(folder, 'P1'))) if (name.endsWith('.dcm')) rmSync(join(folder, 'P1', name))
  await writeStructureSet({ ...drawn, probabilityOf: null }, join(folder, 'P1'))
  expect(await findingsOf(folder)).toEqual([])
  rmSync(join(folder, 'P1/scan/5.dcm'))
  const findings = await findingsOf(folder)
  expect(findings.filter((text) => text.startsWith('error'))).toEqual([
    expect.stringMatching(/1 slice is missing \(23 there, 4 mm apart, with gaps of up to 8 mm\)/),
  ])
  expect(findings.join()).not.toMatch(/register it beside/)
})

it('two patients under one series UID are called so', async () => {
  const folder = temporaryFolder()
  const shared = { SeriesInstanceUID: newUid(), FrameOfReferenceUID: newUid() }
  await write(join(folder, 'P1'), { ...shared, PatientID: 'A7' })
  await write(join(folder, 'P2'), { ...shared, PatientID: 'B8' })
  const findings = await findingsOf(folder)
  const errors = findings.filter((text) => text.startsWith('error'))
  expect(errors).toEqual([
    expect.stringMatching(/2 patients share this SeriesInstanceUID \(PatientID differs: 24, 24 files each\)/),
  ])
  expect(errors[0]).not.toMatch(/A7|B8/)
})
