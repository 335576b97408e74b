// A written file is read by the parser of the import: values, nesting, both syntaxes, what does not fit.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDicomFile } from './read-dicom-file.ts'
import { TAG } from './tags.ts'
import { decimal, newUid, writeDicom, type DicomRecord } from './write-dicom.ts'
import { WRITTEN } from './write-elements.ts'

const path = join(mkdtempSync(join(tmpdir(), 'organ-mosaic-dicom-')), 'a.dcm')
const write = (record: DicomRecord, syntax: 'explicit' | 'implicit'): Promise<void> =>
  writeDicom(path, { sopClass: '1.2.3', sopInstance: '1.2.3.4', record, syntax })

test.each(['explicit', 'implicit'] as const)('values come back as they were given (%s)', async (syntax) => {
  await write(
    {
      PatientName: Buffer.from('M\xfcller ', 'latin1'),
      SpecificCharacterSet: 'ISO_IR 100',
      PixelSpacing: [0.123456789012345, -1e-12],
      Rows: 512,
      RecommendedDisplayCIELabValue: [1, 2, 65535],
      SegmentSequence: [{ SegmentNumber: 1, SegmentLabel: 'odd' }, { SegmentNumber: 2 }],
      PixelData: Uint8Array.of(1, 2, 3),
    },
    syntax,
  )
  const { dataset, headClass } = await readDicomFile(path)
  expect(headClass).toBe('1.2.3')
  expect([...dataset.elements.keys()]).toEqual([...dataset.elements.keys()].sort((a, b) => a - b))
  expect(dataset.text(TAG.sopInstance)).toBe('1.2.3.4')
  expect(dataset.text(TAG.patientName)).toBe('Müller')
  expect(dataset.numbers(TAG.pixelSpacing)).toEqual([0.12345678901234, -1e-12])
  expect(dataset.first(TAG.rows)).toBe(512)
  expect(dataset.items(TAG.segmentSequence).map((item) => item.first(TAG.segmentNumber))).toEqual([1, 2])
  expect(dataset.items(TAG.segmentSequence)[0].text(TAG.segmentLabel)).toBe('odd')
  expect(dataset.elements.get(TAG.pixelData)?.length).toBe(4)
})

test('a long contour needs the implicit syntax', async () => {
  const record = { ContourData: Array.from({ length: 15000 }, (_, n) => n + 0.5) }
  await expect(write(record, 'explicit')).rejects.toThrow('does not fit; the limit is 65534')
  await write(record, 'implicit')
  const { dataset } = await readDicomFile(path)
  expect(dataset.numbers(WRITTEN.ContourData[0])).toEqual(record.ContourData)
})

test.each([
  [0, '0'],
  [-250, '-250'],
  [1 / 3, '0.33333333333333'],
  [-123456.789012345, '-123456.78901235'],
  [-1.23456789012345e-7, '-1.2345678901e-7'],
  [1e20, '1.00000000e+20'],
])('the number %d is the text %s, of at most 16 characters', (value, text) => {
  expect(decimal(value)).toBe(text)
  expect(text.length).toBeLessThanOrEqual(16)
})

test('identifiers are numbers of at most 64 characters, and new each time', () => {
  const uids = Array.from({ length: 50 }, newUid)
  expect(new Set(uids).size).toBe(50)
  for (const uid of uids) expect(uid).toMatch(/^2\.25\.(0|[1-9]\d{0,38})$/)
})
