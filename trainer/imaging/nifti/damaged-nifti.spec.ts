// What can be wrong with a NIfTI file, and the sentence a person reads for it.
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { craftGzip, craftNifti } from './craft-nifti.ts'
import { readNifti } from './read-nifti.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-nifti-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const changed = (bytes: Uint8Array, at: number, value: number) => {
  const copy = new Uint8Array(bytes)
  copy[at] = value
  return copy
}
const uint64 = (value: bigint) => new Uint8Array(new BigUint64Array(8).fill(value).buffer)
const dicom = new Uint8Array(400)
dicom.set(Buffer.from('DICM'), 128)
const noise = randomBytes(4000)

/** what is wrong, the bytes, the code, a part of the message */
const REFUSED: [string, Uint8Array, string, RegExp][] = [
  ['empty file', new Uint8Array(0), 'invalid-file', /is empty/],
  ['header cut', craftNifti().subarray(0, 200), 'invalid-file', /ends after 200 bytes, inside the header/],
  ['NIfTI-2 header cut', craftNifti({ version: 2 }).subarray(0, 500), 'invalid-file', /ends after 500 bytes/],
  ['text instead of an image', Buffer.from('<html>not found</html>'.repeat(30)), 'invalid-file', /is not a NIfTI file/],
  ['a DICOM file', dicom, 'invalid-file', /is a DICOM file/],
  ['wrong header size', craftNifti({ headerSize: 349 }), 'invalid-file', /neither 348 nor 540/],
  ['no magic (Analyze 7.5)', craftNifti({ magic: '' }), 'invalid-file', /lacks the mark of a NIfTI-1 file/],
  ['wrong magic', craftNifti({ magic: 'nix\0' }), 'invalid-file', /found "nix"/],
  [
    '.hdr of a pair',
    craftNifti({ magic: 'ni1\0' }),
    'invalid-file',
    /header of a pair; expected its name to end in .hdr/,
  ],
  ['NIfTI-2 pair', craftNifti({ version: 2, magic: 'ni2\0\r\n\x1a\n' }), 'invalid-file', /header of a pair/],
  ['text-mode transfer', craftNifti({ version: 2, magic: 'n+2\0\n\x1a\n' }), 'invalid-file', /text-mode transfer/],
  ['data cut', craftNifti().subarray(0, 360), 'invalid-file', /truncated: its header announces 368 bytes, .* 360/],
  ['no data', craftNifti({}, new Uint8Array(0)), 'invalid-file', /truncated/],
  [
    'gzip cut',
    craftGzip({ dim: [3, 100, 20, 1] }, noise).subarray(0, 3000),
    'invalid-file',
    /compressed stream ends too early/,
  ],
  ['gzip cut inside its header', craftGzip().subarray(0, 8), 'invalid-file', /is empty|too early/],
  ['gzip of short data', craftGzip({}, new Uint8Array(10)), 'invalid-file', /truncated: its header announces 368/],
  [
    'gzip damaged in the middle',
    changed(craftGzip({ dim: [3, 100, 20, 1] }, noise), 2000, 0),
    'invalid-file',
    /damaged: its compressed stream cannot be decoded/,
  ],
  ['gzip of nothing', gzipSync(new Uint8Array(0)), 'invalid-file', /is empty/],
  [
    'gzip that claims far more than it can hold',
    craftGzip({ dim: [3, 1000, 1000, 1000] }),
    'invalid-file',
    /truncated: its header announces 2000000352 bytes/,
  ],
  ['negative dimension', craftNifti({ dim: [3, 2, -2, 2] }), 'invalid-file', /claims the size 2 x -2 x 2/],
  ['dimension of zero', craftNifti({ dim: [3, 2, 0, 2] }), 'invalid-file', /at least 1 voxel/],
  ['no dimensions', craftNifti({ dim: [0, 2, 2, 2] }), 'invalid-file', /claims 0 dimensions/],
  ['nine dimensions', craftNifti({ dim: [9, 2, 2, 2] }), 'invalid-file', /claims 9 dimensions/],
  ['absurd size', craftNifti({ dim: [3, 32767, 32767, 32767] }), 'invalid-file', /at most 4 GiB can be read/],
  ['absurd NIfTI-2 size', craftNifti({ version: 2, dim: [3, 2 ** 40, 2, 2] }), 'invalid-file', /at most 4 GiB/],
  ['size beyond 2^53', craftNifti({ version: 2, dim: [3, 2 ** 60, 2, 2] }), 'invalid-file', /claims the size/],
  ['several volumes', craftNifti({ dim: [4, 2, 2, 1, 2] }), 'invalid-data', /several volumes \(2 x 2 x 1 x 2\)/],
  ['a flat image', craftNifti({ dim: [2, 2, 4] }), 'invalid-data', /a flat image/],
  ['RGB', craftNifti({ datatype: 128, bitpix: 24 }), 'invalid-file', /RGB colour data/],
  ['RGBA', craftNifti({ datatype: 2304, bitpix: 32 }), 'invalid-file', /RGBA colour data/],
  ['complex', craftNifti({ datatype: 32, bitpix: 64 }), 'invalid-file', /complex64 data/],
  ['binary', craftNifti({ datatype: 1, bitpix: 1 }), 'invalid-file', /1-bit binary/],
  ['unknown data type', craftNifti({ datatype: 77 }), 'invalid-file', /unknown type 77/],
  ['no data type', craftNifti({ datatype: 0 }), 'invalid-file', /an unknown data type/],
  ['128-bit floats', craftNifti({ datatype: 1536, bitpix: 128 }), 'invalid-file', /128-bit float/],
  [
    'uint64 beyond 2^53',
    craftNifti({ datatype: 1280, bitpix: 64 }, uint64(2n ** 60n)),
    'invalid-data',
    /64-bit integers from 0 to 1152921504606846976/,
  ],
  [
    'NaN in the sform',
    craftNifti({ sform: [NaN, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }),
    'invalid-file',
    /NaN or infinite/,
  ],
  ['infinite origin', craftNifti({ sform: [1, 0, 0, Infinity, 0, 1, 0, 0, 0, 0, 1, 0] }), 'invalid-file', /NaN or inf/],
  ['NaN in the quaternion', craftNifti({ sformCode: 0, qformCode: 1, quaternion: [NaN, 0, 0] }), 'invalid-file', /NaN/],
  ['singular sform', craftNifti({ sform: Array<number>(12).fill(0) }), 'invalid-file', /all voxels of an axis to one/],
  [
    'sheared sform without a qform',
    craftNifti({ sform: [1, 0.3, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }),
    'invalid-file',
    /sheared \(axes 16\.70 degrees off perpendicular\) and no qform/,
  ],
  ['voxels of size 0', craftNifti({ sformCode: 0, pixdim: [1, 1, 0, 1] }), 'invalid-file', /no extent along an axis/],
  ['voxels of size NaN', craftNifti({ sformCode: 0, pixdim: [1, 1, NaN, 1] }), 'invalid-file', /NaN or infinite/],
  ['data inside the header', craftNifti({ voxOffset: 100 }), 'invalid-file', /places its data at byte 100/],
  ['data at a fraction', craftNifti({ voxOffset: 352.5 }), 'invalid-file', /byte 352.5; expected a whole number/],
  ['data at NaN', craftNifti({ voxOffset: NaN }), 'invalid-file', /byte NaN/],
  ['slope without an intercept', craftNifti({ slope: 2, intercept: NaN }), 'invalid-file', /adds NaN/],
]

describe('files that are refused', () => {
  it.each(REFUSED)('%s', async (what, bytes, code, message) => {
    const path = join(folder, `${what.replaceAll(/\W/g, '-')}.nii`)
    await writeFile(path, bytes)
    const error: unknown = await readNifti(path).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(OrganMosaicError)
    if (!(error instanceof OrganMosaicError)) return
    expect(error.message).toMatch(message)
    expect(error.message).toContain(path)
    expect(error.code).toBe(code)
  })

  it('says that a file is missing, or a folder', async () => {
    await expect(readNifti(join(folder, 'nowhere.nii'))).rejects.toMatchObject({ code: 'not-found' })
    await mkdir(join(folder, 'folder.nii'))
    await expect(readNifti(join(folder, 'folder.nii'))).rejects.toThrow(/is a folder/)
  })

  // the superuser reads everything
  it.skipIf(process.getuid?.() === 0)('says that a file may not be read', async () => {
    const path = join(folder, 'private.nii')
    await writeFile(path, craftNifti())
    await chmod(path, 0)
    await expect(readNifti(path)).rejects.toMatchObject({ code: 'environment' })
  })

  it('marks what is not three-dimensional for the import', async () => {
    const path = join(folder, '4d.nii')
    await writeFile(path, craftNifti({ dim: [4, 2, 2, 1, 2] }))
    await expect(readNifti(path)).rejects.toMatchObject({ details: { finding: 'not-three-dimensional' } })
  })
})

/** what is odd, the bytes, a part of the note */
const UNDERSTOOD: [string, Uint8Array, RegExp][] = [
  ['no form at all', craftNifti({ sformCode: 0 }), /neither sform nor qform/],
  ['wrong bits a voxel', craftNifti({ bitpix: 8 }), /8 bits a voxel for int16/],
  ['data offset 0', craftNifti({ voxOffset: 0 }), /data offset is 0/],
  ['infinite slope', craftNifti({ slope: Infinity }), /slope is infinite/],
  ['metres', craftNifti({ units: 1 }), /in metres/],
  ['micrometres', craftNifti({ units: 3 }), /in micrometres/],
  ['negative voxel sizes', craftNifti({ sformCode: 0, qformCode: 1, pixdim: [1, -1, 1, 1] }), /negative voxel sizes/],
  ['bytes after the voxels', craftNifti({}, new Uint8Array(20)), /4 bytes follow the voxels/],
  ['forms that disagree', craftNifti({ qformCode: 1, qoffset: [0, 0, 9] }), /disagree by 9.00 mm/],
  [
    'sheared sform with a qform',
    craftNifti({ qformCode: 1, sform: [-1, 0.3, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0] }),
    /sheared .* the qform is used/,
  ],
  ['slightly sheared sform', craftNifti({ sform: [-1, 3e-4, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0] }), /slightly sheared/],
]

describe('oddities that are understood and noted', () => {
  it.each(UNDERSTOOD)('%s', async (what, bytes, note) => {
    const path = join(folder, `odd-${what.replaceAll(/\W/g, '-')}.nii`)
    await writeFile(path, bytes)
    const { volume, oddities } = await readNifti(path)
    expect(oddities).toHaveLength(1)
    expect(oddities[0]).toMatch(note)
    expect(volume.geometry.shape).toEqual([2, 2, 2])
    expect(volume.data).toHaveLength(8)
  })

  it('a sound file has none', async () => {
    const path = join(folder, 'sound.nii')
    await writeFile(path, craftNifti())
    expect((await readNifti(path)).oddities).toEqual([])
  })
})
