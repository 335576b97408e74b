// Archives: what is in them comes out as it was, and nothing of them lands anywhere else.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { exampleVocabulary } from '../fixtures/example-dataset.ts'
import { registerDataset } from '../datasets/register-dataset.ts'
import { imageVolume, labelVolume, temporaryFolder, writeTestFolder } from '../datasets/write-test-folder.ts'
import { packTar, packZip, type PackedFile } from './craft-archive.ts'
import { openArchive } from './open-archive.ts'
import { unpackArchive, UNPACK_LIMITS, type UnpackContext, type UnpackLimits } from './unpack-archive.ts'

const LONG = `${'deep/'.repeat(10)}${'n'.repeat(120)}.txt`
const FILES: PackedFile[] = [
  { name: 'a.txt', content: 'one' },
  { name: 'folder/b.txt', content: 'two'.repeat(5000) },
  { name: LONG, content: '' },
]

async function unpack(file: string, bytes: Uint8Array, context?: UnpackContext, limits?: UnpackLimits) {
  const place = temporaryFolder()
  writeFileSync(join(place, file), bytes)
  const archive = await openArchive(join(place, file))
  if (!archive) throw new Error('no archive')
  const target = join(place, 'target')
  await unpackArchive(archive, join(place, file), target, context, limits).catch((error: unknown) => {
    expect(readdirSync(place)).toEqual([file])
    throw error
  })
  return Object.fromEntries(
    readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(target.length + 1), readFileSync(path, 'utf8')]),
  )
}

const KINDS: [string, (files: PackedFile[]) => Buffer][] = [
  ['x.zip', packZip],
  ['x.tar', packTar],
  ['x.tar.gz', (files) => gzipSync(packTar(files))],
]

describe.each(KINDS)('%s', (file, pack) => {
  it('comes out as it was packed, hidden files left out', async () => {
    const shadows = [
      { name: '__MACOSX/._a.txt', content: 'x' },
      { name: '.hidden/c', content: 'x' },
    ]
    expect(await unpack(file, pack([...FILES, ...shadows]))).toEqual({
      'a.txt': 'one',
      'folder/b.txt': 'two'.repeat(5000),
      [LONG]: '',
    })
  })

  it.each(['../a', 'x/../../a', '/etc/a', 'C:/a', '..\\a', 'x\\..\\..\\a', `${'a/'.repeat(40)}b`])(
    'is refused with a file called %j',
    async (name) => {
      await expect(unpack(file, pack([...FILES, { name, content: 'x' }]))).rejects.toMatchObject({
        code: 'invalid-data',
        message: expect.stringMatching(/outside its folder|too many folders/),
      })
    },
  )

  it('is refused with a link, and with a file that comes twice', async () => {
    await expect(unpack(file, pack([{ name: 'a', content: '/etc/passwd', link: true }]))).rejects.toThrow(/a link or/)
    await expect(unpack(file, pack([...FILES, { name: './A.txt', content: 'x' }]))).rejects.toThrow(/holds A.txt twice/)
  })

  it('is refused when it grows without end, or is larger than the disk', async () => {
    const zeros = pack([{ name: 'a', content: '\0'.repeat(3_000_000) }])
    const packed = file === 'x.tar' ? gzipSync(zeros) : zeros
    const tight = { ...UNPACK_LIMITS, bytesAnyway: 1_000_000 }
    await expect(unpack(file, packed, {}, tight)).rejects.toThrow(/unpacks to more than 1 MB/)
    await expect(unpack(file, packed, {}, { ...UNPACK_LIMITS, bytes: 1000 })).rejects.toMatchObject({
      code: 'environment',
    })
    await expect(unpack(file, pack(FILES), {}, { ...UNPACK_LIMITS, files: 2 })).rejects.toThrow(/more than 2 files/)
  })

  it('leaves nothing behind when it is cancelled', async () => {
    const controller = new AbortController()
    const onProgress = ({ file: at }: { file: string }) => at === LONG && controller.abort(new Error('cancelled'))
    await expect(unpack(file, pack(FILES), { signal: controller.signal, onProgress })).rejects.toThrow('cancelled')
  })

  it('cut anywhere, is answered with an error or what was whole', async () => {
    const whole = pack(FILES)
    for (let length = 1; length < whole.length; length += Math.ceil(whole.length / 60)) {
      const result = await unpack(file, whole.subarray(0, length)).catch((error: unknown) => error)
      if (result instanceof Error) expect(result).toMatchObject({ code: expect.stringMatching(/usage|invalid/) })
    }
  })

  it('names of devices and times become names of files', async () => {
    const odd = [
      { name: '12:30/con.txt', content: 'x' },
      { name: 'a*/b.', content: 'y' },
    ]
    expect(await unpack(file, pack(odd))).toEqual({ '12_30/_con.txt': 'x', 'a_/b_': 'y' })
  })
})

describe('archives of other programs', () => {
  const source = (): string => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'data/ü'), { recursive: true })
    writeFileSync(join(root, 'data/ü/one.txt'), 'one')
    writeFileSync(join(root, 'data', `${'long'.repeat(40)}.txt`), 'two')
    return root
  }
  const expected = { 'data/ü/one.txt': 'one', [`data/${'long'.repeat(40)}.txt`]: 'two' }

  it.each(['ustar', 'pax', 'gnu'])('tar in the format %s', async (format) => {
    const root = source()
    if (format === 'ustar') writeFileSync(join(root, 'data', `${'long'.repeat(40)}.txt`), 'two')
    const names = format === 'ustar' ? ['data/ü'] : ['data']
    const packed = execFileSync('tar', [`--format=${format}`, '-cz', ...names], { cwd: root })
    expect(await unpack('x.tgz', packed)).toEqual(format === 'ustar' ? { 'data/ü/one.txt': 'one' } : expected)
  })

  it('tar with a link', async () => {
    const root = source()
    symlinkSync('/etc', join(root, 'data/link'))
    await expect(unpack('x.tar', execFileSync('tar', ['-c', 'data'], { cwd: root }))).rejects.toThrow(
      /data\/link, a link/,
    )
  })

  it('says what is none', async () => {
    for (const [file, words] of [
      ['a.7z', /an archive of another kind; expected the folder of a dataset, or a .zip/],
      ['a.txt', /neither a folder nor an archive/],
    ] as const) {
      await expect(unpack(file, Buffer.from('text'))).rejects.toThrow(words)
    }
    expect(await openArchive(temporaryFolder())).toBeNull()
  })

  it('zip that is encrypted, or packed in another way', async () => {
    const zip = packZip([{ name: 'a', content: 'x' }])
    const at = zip.lastIndexOf('PK\x01\x02', undefined, 'latin1')
    const changed = (offset: number, value: number): Buffer => {
      const copy = Buffer.from(zip)
      copy.writeUInt16LE(value, at + offset)
      return copy
    }
    await expect(unpack('x.zip', changed(8, 1))).rejects.toThrow(/is encrypted \(a\)/)
    await expect(unpack('x.zip', changed(10, 14))).rejects.toThrow(/method 14/)
    const wrong = Buffer.from(zip)
    wrong.writeUInt32LE(1, at + 16)
    await expect(unpack('x.zip', wrong)).rejects.toThrow(/another checksum/)
  })
})

describe('a dataset in an archive', () => {
  it('is unpacked into the workspace once, found below the folder that holds everything, and registered', async () => {
    const content = await writeTestFolder({
      'images/A.nii.gz': imageVolume(1),
      'labels/A.nii.gz': labelVolume({ 1: [1, 2, 3] }),
    })
    const files = ['images/A.nii.gz', 'labels/A.nii.gz'].map((name) => ({
      name: `Site A/${name}`,
      content: readFileSync(join(content, name)),
    }))
    const place = temporaryFolder()
    writeFileSync(join(place, 'download.zip'), packZip(files))
    const home = join(place, 'home')
    const seen: string[] = []
    const register = () =>
      registerDataset(
        { folder: join(place, 'download.zip') },
        { workspaceFolder: home, vocabulary: exampleVocabulary, onProgress: ({ caseId }) => void seen.push(caseId) },
      )
    const dataset = await register()
    expect(dataset).toMatchObject({ name: 'Site-A', layout: 'paired', root: join(home, 'unpacked/download/Site A') })
    expect(dataset.cases.map(({ id, status }) => [id, status])).toEqual([['A', 'ok']])
    expect(seen).toEqual(['unpacking Site A/images/A.nii.gz', 'unpacking Site A/labels/A.nii.gz', 'A'])
    seen.length = 0
    expect((await register()).root).toBe(dataset.root)
    expect(seen).toEqual(['A'])
    expect(existsSync(join(place, 'download.zip'))).toBe(true)
  })
})
