// From DICOM to every format that can be exported, through a real training: who the patient is goes into no file but the
// two that DICOM wants it in, and the colours of the label files go into all that hold colours.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OutputFormatSchema } from '../contract/output.ts'
import { createHandler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { createServices } from '../electron/services/create-services.ts'
import type { Services } from '../electron/services/services.ts'
import { readDicomFile } from '../trainer/imaging/dicom/read-dicom-file.ts'
import { TAG } from '../trainer/imaging/dicom/tags.ts'
import { openSegmentation } from '../trainer/imaging/read-label.ts'
import { writeDicomPatient } from './helpers/dicom-site.ts'
import { errorOf, trainTiny } from './helpers/train-tiny.ts'

const timeout = 240_000
const PLANTED = 'Zyxwvu^Quentin'
const WORDS = ['zyxwvu', 'quentin', '19700203']
const NIDUS = { name: 'Nidus', color: '#12ab34' }
const LIVER = { name: 'Liver', color: '#000000' }

const folder = mkdtempSync(join(tmpdir(), 'exports-of-dicom-'))
const home = join(folder, 'home')
const output = join(folder, 'exported')
let services: Services

/** Below a folder, relative to it. */
const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))

/** In the bytes, unpacked where they are packed, or in the name. */
function holdsName(root: string, path: string): boolean {
  const bytes = readFileSync(join(root, path))
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  const texts = [path, plain.toString('latin1'), plain.toString('utf16le')].map((text) => text.toLowerCase())
  return texts.some((text) => WORDS.some((word) => text.includes(word)))
}

beforeAll(async () => {
  services = createServices({ home, roots: [folder] })
  for (const [site, structure] of [
    ['site-a', NIDUS],
    ['site-b', LIVER],
  ] as const) {
    for (const n of [1, 2, 3])
      await writeDicomPatient(join(folder, site, `P${n}`), PLANTED, n + site.length * (site === 'site-a' ? 1 : 7), [
        structure,
      ])
    await services.registerDataset({ name: site, folder: join(folder, site) })
  }
  const { state, events } = await trainTiny(services, { name: 'first', datasets: ['site-a', 'site-b'] })
  expect([state, errorOf(events)]).toEqual(['finished', undefined])
  const formats = [...OutputFormatSchema.options]
  await services.exportRun({ run: 'first', output, formats, cases: [{ dataset: 'site-a', caseId: 'P1' }] })
}, timeout)
afterAll(() => {
  services.close()
  rmSync(folder, { recursive: true })
})

describe('a name in the DICOM files', () => {
  it('is in no export but the SEG and the RTSTRUCT, which repeat patient and study as DICOM demands', async () => {
    const files = filesBelow(output)
    for (const ending of [/\.nii\.gz$/, /\.seg\.nrrd$/, /\.stl$/, /\.obj$/, /\.json$/, /\.dcm$/])
      expect(files.filter((path) => ending.test(path)).length).toBeGreaterThan(0)
    const holding = files.filter((path) => holdsName(output, path))
    expect(holding.sort()).toEqual(files.filter((path) => path.endsWith('.dcm')).sort())
    for (const path of holding) {
      const { dataset } = await readDicomFile(join(output, path))
      const naming = [...dataset.elements].filter(([, { offset, length, items }]) => {
        if (items) return false
        const text = Buffer.from(dataset.bytes.subarray(offset, offset + length))
          .toString('latin1')
          .toLowerCase()
        return WORDS.some((word) => text.includes(word))
      })
      expect(naming.map(([tag]) => tag)).toEqual([0x00100010, TAG.patientId, 0x00100030])
    }
  })

  it('is in no file of the workspace: datasets, run, journal, jobs, cache', () => {
    const files = filesBelow(home)
    expect(files.some((path) => path.endsWith('events.jsonl'))).toBe(true)
    expect(files.filter((path) => holdsName(home, path))).toEqual([])
    expect(filesBelow(join(folder, 'site-a')).some((path) => holdsName(join(folder, 'site-a'), path))).toBe(true)
  })
})

describe('the colour of a segment that the vocabulary does not know', () => {
  it('is that of its file in 3D Slicer, SEG, OBJ and the sidecar; an organ of the vocabulary has its own', async () => {
    const files = filesBelow(output)
    const colorsIn = async (ending: string): Promise<Record<string, string | null>> => {
      const path = files.find((each) => each.endsWith(ending))!
      const { segments } = (await openSegmentation(join(output, path)))!
      return Object.fromEntries(segments.map(({ name, color }) => [name, color]))
    }
    const liver = services.getVocabulary().organs.find(({ id }) => id === 'liver')!.color
    expect(await colorsIn('.seg.nrrd')).toEqual({ Liver: liver, Nidus: NIDUS.color })
    const near = Object.entries(await colorsIn('seg.dcm')).map(([name, color]) => [
      name,
      nearTo(color!, name === 'Nidus' ? NIDUS.color : liver),
    ])
    // DICOM writes colours as CIELab of 16 bits.
    expect(Object.fromEntries(near)).toEqual({ Liver: true, Nidus: true })
    const sidecar = readFileSync(
      join(
        output,
        files.find((path) => path.endsWith('P1.json'))!,
      ),
      'utf8',
    )
    expect(sidecar).toContain(`"color": "${NIDUS.color}"`)
  })

  it('is what the window is told', async () => {
    const info = describeApp(services, 'web')
    const handler = createHandler(implementApi(services, () => info))
    const response = await handler(new Request('http://127.0.0.1/api/vocabulary/kept-colors'))
    expect(await response.json()).toEqual({ Nidus: NIDUS.color })
  })
})

function nearTo(color: string, wanted: string): boolean {
  const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  const other = channels(wanted)
  return channels(color).every((value, n) => Math.abs(value - other[n]) <= 2)
}

// Last: the journals of these jobs name the folder that was asked for.
describe('a prediction of new images', () => {
  it(
    'says where the files, or what it writes, name the patient, and keeps UIDs out of the JSON',
    async () => {
      const scan = join(folder, 'new', 'Zyxwvu_Quentin')
      await writeDicomPatient(scan, PLANTED, 77, [LIVER])
      const results = []
      for (const [at, input] of [scan, join(scan, 'scan')].entries())
        results.push(await services.predictWithRun({ run: 'first', input, output: join(folder, `predicted-${at}`) }))
      expect(results[0].identifiers).toEqual([
        expect.stringMatching(
          /^The image of 1 case says who the patient is \(PatientName, PatientID, PatientBirthDate\)/,
        ),
        expect.stringMatching(/^The files of 1 segmentation are called like the patient in the image/),
      ])
      expect(JSON.stringify(results[1].identifiers)).not.toMatch(/zyxwvu/i)
      expect(results[1].identifiers).toHaveLength(1)
      const sidecars = filesBelow(output).filter((path) => path.endsWith('P1.json'))
      expect(sidecars.map((path) => JSON.parse(readFileSync(join(output, path), 'utf8')))).toMatchObject([
        { image: 'scan', images: ['scan'] },
      ])
      expect(readFileSync(join(output, sidecars[0]), 'utf8')).not.toMatch(/2\.25\.\d/)
    },
    timeout,
  )
})
