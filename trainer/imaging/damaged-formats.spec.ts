// What can be wrong with NRRD, MetaImage and Analyze files, and the sentence a person reads for it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readImage } from './read-image.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-formats-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const FIELDS: Record<string, string> = {
  type: 'uint8',
  dimension: '3',
  sizes: '2 2 2',
  space: 'LPS',
  'space directions': '(1,0,0) (0,1,0) (0,0,1)',
  'space origin': '(0,0,0)',
  encoding: 'raw',
}
const eight = new Uint8Array(8)

function nrrd(changes: Record<string, string | null> = {}, voxels: Uint8Array = eight): Uint8Array {
  const lines = Object.entries({ ...FIELDS, ...changes }).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  )
  return Buffer.concat([Buffer.from(`NRRD0004\n${lines.join('\n')}\n\n`), voxels])
}

function mha(changes: Record<string, string> = {}, voxels: Uint8Array = eight): Uint8Array {
  const values = { NDims: '3', DimSize: '2 2 2', ElementType: 'MET_UCHAR', ...changes }
  const lines = Object.entries({
    ObjectType: 'Image',
    ...values,
    ElementDataFile: changes['ElementDataFile'] ?? 'LOCAL',
  })
  return Buffer.concat([Buffer.from(lines.map(([name, value]) => `${name} = ${value}\n`).join('')), voxels])
}

/** what is wrong, the bytes, the code, a part of the message */
const REFUSED: [string, Uint8Array, string, RegExp][] = [
  ['text', Buffer.from('<html>not found</html>'), 'invalid-file', /no image of a known kind; expected NIfTI, NRRD/],
  [
    'nrrd cut',
    nrrd({}, new Uint8Array(5)),
    'invalid-file',
    /truncated: its header announces 8 bytes, the file holds 5/,
  ],
  ['nrrd without its sizes', nrrd({ sizes: null }), 'invalid-file', /lacks the field "sizes"/],
  ['nrrd of absurd size', nrrd({ sizes: '99999 99999 99999' }), 'invalid-file', /at most 4 GiB/],
  ['nrrd of negative size', nrrd({ sizes: '2 -2 2' }), 'invalid-file', /claims the sizes 2 x -2 x 2/],
  ['nrrd of blocks', nrrd({ type: 'block' }), 'invalid-file', /data of the type "block"/],
  ['nrrd in bzip2', nrrd({ encoding: 'bzip2' }), 'invalid-file', /encoded as bzip2; expected raw, gzip/],
  [
    'nrrd in colour',
    nrrd({
      dimension: '4',
      sizes: '3 2 2 2',
      kinds: 'RGB-color domain domain domain',
      'space directions': 'none (1,0,0) (0,1,0) (0,0,1)',
    }),
    'invalid-file',
    /RGB-color values/,
  ],
  [
    'flat nrrd',
    nrrd({ dimension: '2', sizes: '2 4', 'space directions': '(1,0) (0,1)' }),
    'invalid-file',
    /space direction \(1,0\); expected three/,
  ],
  [
    'flat nrrd without directions',
    nrrd({ dimension: '2', sizes: '2 4', 'space directions': null }),
    'invalid-data',
    /2 dimensions \(2 x 4\)/,
  ],
  [
    'sheared nrrd',
    nrrd({ 'space directions': '(1,0,0) (0.3,1,0) (0,0,1)' }),
    'invalid-file',
    /sheared axes \(16\.70 degrees/,
  ],
  [
    'nrrd without extent',
    nrrd({ 'space directions': '(1,0,0) (0,0,0) (0,0,1)' }),
    'invalid-file',
    /no extent along an axis/,
  ],
  ['nrrd at NaN', nrrd({ 'space origin': '(0,x,0)' }), 'invalid-file', /NaN or infinite/],
  [
    'nrrd with a stray line',
    nrrd({ kinds: 'domain domain domain\nnonsense' }),
    'invalid-file',
    /header line "nonsense"/,
  ],
  [
    'nrrd with words for numbers',
    nrrd({ encoding: 'ascii' }, Buffer.from('1 2 3 4 five 6 7 8')),
    'invalid-file',
    /holds "five"/,
  ],
  [
    'nrrd with data elsewhere',
    nrrd({ 'data file': '../../etc/passwd' }),
    'invalid-file',
    /data file "..\/..\/etc\/passwd"; expected one beside it/,
  ],
  ['nrrd with data missing', nrrd({ 'data file': 'gone.raw' }), 'not-found', /gone\.raw does not exist/],
  ['nrrd with gzip cut', nrrd({ encoding: 'gzip' }, gzipSync(eight).subarray(0, 12)), 'invalid-file', /ends too early/],
  [
    'nrrd bomb',
    nrrd({ encoding: 'gzip' }, gzipSync(new Uint8Array(2 ** 27))),
    'invalid-file',
    /far more data than its header/,
  ],
  ['mha cut', mha({}, new Uint8Array(5)), 'invalid-file', /truncated: its header announces 8 bytes/],
  ['mha of absurd size', mha({ DimSize: '99999 99999 99999' }), 'invalid-file', /at most 4 GiB/],
  ['flat mha', mha({ NDims: '2', DimSize: '2 4' }), 'invalid-data', /a flat image \(2 x 4\)/],
  ['mha of strings', mha({ ElementType: 'MET_STRING' }), 'invalid-file', /type "MET_STRING"/],
  ['mha with too few numbers', mha({ Offset: '1 2' }), 'invalid-file', /2 numbers for Offset; expected 3/],
  ['mha as text', mha({ BinaryData: 'False' }), 'invalid-file', /its numbers as text/],
  [
    'mha with channels',
    mha({ ElementNumberOfChannels: '2', DimSize: '2 2 1' }),
    'invalid-data',
    /several volumes \(2 x 2 x 2 x 1\)/,
  ],
  ['mha damaged', mha({ CompressedData: 'True' }, deflateSync(eight).subarray(0, 9)), 'invalid-file', /ends too early/],
  ['mha with data elsewhere', mha({ ElementDataFile: '/etc/passwd' }), 'invalid-file', /expected one beside it/],
  [
    'mha without data',
    Buffer.from('ObjectType = Image\nNDims = 3\n'),
    'invalid-file',
    /lacks the line "ElementDataFile"/,
  ],
]

describe('files that are refused', () => {
  it.each(REFUSED)('%s', async (what, bytes, code, message) => {
    const path = join(folder, `${what.replaceAll(/\W/g, '-')}.bin`)
    await writeFile(path, bytes)
    await expect(readImage(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('a folder without DICOM', async () => {
    await expect(readImage(folder)).rejects.toThrow('is a folder with 0 DICOM image series')
  })
})

describe('files that are odd, and say so', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['nrrd without a space', nrrd({ space: null }), /has no space, which does not name the patient's sides/],
    ['nrrd without an origin', nrrd({ 'space origin': null }), /no space origin/],
    ['nrrd in centimetres', nrrd({ 'space units': '"cm" "cm" "cm"' }), /in "cm"; taken for millimetres/],
    ['nrrd slightly sheared', nrrd({ 'space directions': '(1,0,0) (0.0003,1,0) (0,0,1)' }), /slightly sheared/],
  ])('%s', async (what, bytes, oddity) => {
    const path = join(folder, `${what.replaceAll(/\W/g, '-')}.bin`)
    await writeFile(path, bytes)
    const { oddities } = await readImage(path)
    expect(oddities).toEqual([expect.stringMatching(oddity)])
  })
})
