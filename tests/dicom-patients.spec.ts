// Who a DICOM scan is of, as real files say it: de-identified ones tell nobody apart, hashes cannot be tried out, and scans
// of one person are known again in every dataset of a workspace.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DatasetSchema, type Dataset } from '../contract/dataset.ts'
import { createServices } from '../electron/services/create-services.ts'
import { temporaryFolder } from '../electron/services/datasets/write-test-folder.ts'
import { refuseLeakage } from '../electron/services/runs/refuse-leakage.ts'
import { toJobDataset } from '../electron/services/runs/organ-union.ts'
import type { Services } from '../electron/services/services.ts'
import { saveDataset } from '../electron/services/workspace/dataset-store.ts'
import { bringForward } from '../electron/services/workspace/workspace-format.ts'
import { newUid, type DicomRecord } from '../trainer/imaging/dicom/write-dicom.ts'
import { splitCases } from '../trainer/jobs/split-cases.ts'
import { writeDicomPatient } from './helpers/dicom-site.ts'

const LIVER = [{ name: 'Liver', color: '#000000' }]
let seed = 0

/** @param persons folder -> what its files say instead */
async function site(persons: Record<string, DicomRecord>): Promise<string> {
  const root = temporaryFolder()
  for (const [place, other] of Object.entries(persons))
    await writeDicomPatient(join(root, place), 'Doe^Jane', ++seed, LIVER, other)
  return root
}

/** The element is left empty: its value becomes padding. */
function blankStudy(folder: string): void {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path))
  for (const path of paths.filter((each) => statSync(each).isFile())) {
    const bytes = readFileSync(path)
    const at = bytes.indexOf(Buffer.from([0x20, 0x00, 0x0d, 0x00, 0x55, 0x49]))
    writeFileSync(path, bytes.fill(0, at + 8, at + 8 + bytes.readUInt16LE(at + 6)))
  }
}

const open = (home = join(temporaryFolder(), 'home')): Services => createServices({ home, roots: ['/'] })

async function register(services: Services, name: string, folder: string, role?: 'test'): Promise<Dataset> {
  await services.registerDataset({ name, folder, ...(role ? { role } : {}) })
  return services.datasetDesk.read(name)
}

const patientsOf = (dataset: Dataset): Record<string, string> =>
  Object.fromEntries(dataset.cases.map(({ id, patient }) => [id, patient]))
const said = ({ findings }: Dataset, code: string): string[] =>
  findings.filter((finding) => finding.code === code).map(({ message }) => message)
const ofRun = { fraction: 0.4, maxCases: 8 } as Parameters<typeof splitCases>[2]

describe('files that name nobody', () => {
  it.each(['ANON', ''])(
    'PatientID "%s": series of one study are one person, and training and testing go on',
    async (PatientID) => {
      const services = open()
      const StudyInstanceUID = newUid()
      const folder = await site({
        A: { PatientID, StudyInstanceUID },
        B: { PatientID, StudyInstanceUID },
        C: { PatientID },
      })
      const train = await register(services, 'train', folder)
      const { A, B, C } = patientsOf(train)
      expect([A === B, A === C]).toEqual([true, false])
      expect(A).toMatch(/^study-[0-9a-f]{4}-[0-9a-f]{16}$/)
      expect(said(train, 'unknown-patients')).toEqual([
        expect.stringMatching(
          /files of 3 cases name no patient .*one study count as one person \(2 in all\).*patients\.csv/,
        ),
      ])
      const test = await register(services, 'test', await site({ T: { PatientID } }), 'test')
      expect(said(test, 'shared-patient')).toEqual([])
      expect(() => refuseLeakage([train], [train, test])).not.toThrow()
      const { training, validation } = splitCases(toJobDataset(train), 1, ofRun)
      expect([training.length, validation.length].sort()).toEqual([1, 2])
      services.close()
    },
  )

  it('without a study UID each case is a person; a rule or a table says better, and can be taken back', async () => {
    const services = open()
    const nobody = { PatientID: 'ANON' }
    const folder = await site({ P1_a: nobody, P1_b: nobody, P2_a: nobody })
    // As some de-identification leaves it, in the images and in what was drawn on them.
    for (const place of ['P1_a', 'P2_a']) blankStudy(join(folder, place))
    const before = await register(services, 'site', folder)
    expect(patientsOf(before)).toMatchObject({ P1_a: 'P1_a', P2_a: 'P2_a' })
    const rule = { by: 'before', text: '_', occurrence: 'first' } as const
    const grouped = services.datasetDesk.groupPatients('site', rule)
    expect(patientsOf(grouped)).toEqual({ P1_a: 'P1', P1_b: 'P1', P2_a: 'P2' })
    expect(said(grouped, 'unknown-patients')).toEqual([])
    expect(patientsOf(services.datasetDesk.groupPatients('site', null))).toEqual(patientsOf(before))
    writeFileSync(join(folder, 'patients.csv'), 'case,patient\nP1_a,one\nP1_b,one\nP2_a,two\n')
    const listed = await register(services, 'site', folder)
    expect(patientsOf(listed)).toEqual({ P1_a: 'one', P1_b: 'one', P2_a: 'two' })
    expect(said(listed, 'unknown-patients')).toEqual([])
    services.close()
  })

  it('one identifier for everybody that is no known placeholder is suspicious', async () => {
    const services = open()
    const everybody = Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`P${n}`, { PatientID: 'STUDY7' }]))
    const dataset = await register(services, 'site', await site(everybody))
    expect(said(dataset, 'unknown-patients')).toEqual([
      expect.stringMatching(/^All 6 cases have one PatientID, in 6 studies/),
    ])
    services.close()
  })
})

describe('a record number', () => {
  const plain = createHash('sha256').update('patient 4711').digest('hex').slice(0, 12)

  it('is salted with a secret that is nobody else’s and nowhere else', async () => {
    const services = open()
    const { home } = services.workspace
    const folder = await site({ A: { PatientID: '4711' }, B: { PatientID: '4712' } })
    const dataset = await register(services, 'site', folder)
    expect(dataset.cases[0].patient).toMatch(/^patient-[0-9a-f]{4}-[0-9a-f]{16}$/)
    const file = join(home, 'patient-key')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    bringForward(home, [{ about: 'A step', run: () => undefined }])
    const key = readFileSync(file, 'utf8').trim()
    const holding = readdirSync(home, { recursive: true, encoding: 'utf8' })
      .map((path) => join(home, path))
      .filter((path) => statSync(path).isFile())
      .filter((path) => [key, plain].some((text) => readFileSync(path, 'latin1').includes(text)))
    expect(holding).toEqual([file])
    expect(readdirSync(join(home, 'backups'))).toHaveLength(1)
    expect(JSON.stringify(toJobDataset(dataset))).not.toContain(key)
    services.close()

    const other = open()
    const there = await register(other, 'site', folder)
    expect(there.cases[0].patient).not.toBe(dataset.cases[0].patient)
    // What a run depends on is the same in every workspace.
    expect(there.fingerprint).toBe(dataset.fingerprint)
    const idsOf = (of: Dataset) => splitCases(toJobDataset(of), 3, ofRun).validation.map(({ id }) => id)
    expect(idsOf(there)).toEqual(idsOf(dataset))
    other.close()
  })

  it('is compared with datasets of earlier versions, whose hash had no salt', async () => {
    const services = open()
    const same = { PatientID: '4711' }
    const train = await register(services, 'train', await site({ A: same, B: same, C: { PatientID: '4712' } }))
    const cases = train.cases.map(({ dicom: _, ...each }) => ({
      ...each,
      patient: each.id === 'C' ? 'patient-0123456789ab' : `patient-${plain}`,
    }))
    saveDataset(services.workspace, { ...train, cases })
    const test = await register(services, 'test', await site({ T: same, U: same }), 'test')
    expect(said(test, 'shared-patient')).toEqual([
      expect.stringMatching(/^Cases T, U are of the same person as cases A, B of the dataset train/),
    ])
    expect(() => refuseLeakage([services.datasetDesk.read('train')], [test])).toThrow(/is also in the test set test/)
    // What was said of the other dataset saved it as it is called now.
    const file = join(services.workspace.datasets, 'train', 'dataset.json')
    expect(DatasetSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).cases[0].patient).toBe(test.cases[0].patient)
    services.close()
  })

  it('of two secrets is not compared, and that is said; a damaged secret is an error', async () => {
    const services = open()
    const key = join(services.workspace.home, 'patient-key')
    await register(services, 'first', await site({ A: { PatientID: '4711' } }))
    writeFileSync(key, `${'ab'.repeat(32)}\n`)
    const folder = await site({ B: { PatientID: '4711' } })
    const second = await register(services, 'second', folder)
    expect(said(second, 'shared-patient')).toEqual([expect.stringMatching(/cannot be told .* Register both again/)])
    writeFileSync(key, 'torn')
    await expect(register(services, 'second', folder)).rejects.toThrow(/should hold 64 hexadecimal digits/)
    services.close()
  })
})
