// Archives inside archives: one a patient comes out as a folder a patient, and none of them grows or leads further than
// the archive that holds them may.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { registerDataset } from '../datasets/register-dataset.ts'
import { imageVolume, labelVolume, temporaryFolder, writeTestFolder } from '../datasets/write-test-folder.ts'
import { exampleVocabulary } from '../fixtures/example-dataset.ts'
import { packTar, packZip, type PackedFile } from './craft-archive.ts'
import { openArchive } from './open-archive.ts'
import { UNPACK_LIMITS, type UnpackLimits } from './unpack-archive.ts'
import { unpackWithNested } from './unpack-nested.ts'

async function unpack(files: readonly PackedFile[], limits?: UnpackLimits) {
  const place = temporaryFolder()
  const path = join(place, 'outer.zip')
  writeFileSync(path, packZip(files))
  const target = join(place, 'target')
  const archive = (await openArchive(path))!
  await unpackWithNested(archive, path, target, {}, limits).catch((error: unknown) => {
    expect(readdirSync(place)).toEqual(['outer.zip'])
    throw error
  })
  const entries = readdirSync(target, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(target.length + 1), readFileSync(file, 'utf8')]),
  )
}

const zip = (name: string, ...content: PackedFile[]): PackedFile => ({ name, content: packZip(content) })
const file = (name: string, content = 'x'): PackedFile => ({ name, content })

it('each becomes a folder of its name, whatever kind it is', async () => {
  expect(
    await unpack([
      zip('all/P1.zip', file('P1/ct.nii', 'one')),
      { name: 'all/P2.tar.gz', content: gzipSync(packTar([file('ct.nii', 'two')])) },
      zip('all/P3.zip', zip('deep.zip', file('ct.nii', 'three'))),
      zip('all/P4.zip', file('ct.nii', 'four')),
      file('all/P4/notes.txt', 'five'),
      file('all/notes.zip', 'no archive'),
    ]),
  ).toEqual({
    'all/P1/ct.nii': 'one',
    'all/P2/ct.nii': 'two',
    'all/P3/deep/ct.nii': 'three',
    'all/P4-2/ct.nii': 'four',
    'all/P4/notes.txt': 'five',
    'all/notes.zip': 'no archive',
  })
})

it('one that leads out, is damaged or encrypted is named with the archive that holds it, and nothing stays', async () => {
  await expect(unpack([file('a'), zip('b/P1.zip', file('../out'))])).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringMatching(
      /^The archive b\/P1\.zip in .*outer\.zip holds a file that would be written outside/,
    ),
  })
  const cut = packZip([file('a', 'x'.repeat(500))]).subarray(0, -40)
  await expect(unpack([{ name: 'P1.zip', content: cut }])).rejects.toThrow(/^The archive P1\.zip in .*outer\.zip /)
})

it('is refused when it is packed without end', async () => {
  const packed = Array.from({ length: 4 }).reduce<PackedFile>((inner, _, at) => zip(`${at}.zip`, inner), file('a'))
  await expect(unpack([packed])).rejects.toThrow(/outer\.zip holds archives in archives, more than 3 deep, and is not/)
})

it('all of them together may grow as far as one archive may', async () => {
  const bombs = ['a', 'b', 'c'].map((name) => zip(`${name}.zip`, file('zeros', '\0'.repeat(900_000))))
  const tight = { ...UNPACK_LIMITS, ratio: 1, bytesAnyway: 2_000_000 }
  await expect(unpack(bombs, tight)).rejects.toThrow(
    /outer\.zip holds archives that unpack to more than the 1 MB that are/,
  )
  // A tar does not say beforehand.
  const tars = ['a', 'b', 'c'].map((name) => ({
    name: `${name}.tar.gz`,
    content: gzipSync(packTar([file('zeros', '\0'.repeat(900_000))])),
  }))
  await expect(unpack(tars, tight)).rejects.toThrow(/^The archive c\.tar\.gz in .*outer\.zip .*unpacks to more than/)
  expect(Object.keys(await unpack(bombs.slice(0, 2), tight))).toEqual(['a/zeros', 'b/zeros'])
  const many = [zip('a.zip', file('1'), file('2')), zip('b.zip', file('3'), file('4'))]
  await expect(unpack(many, { ...UNPACK_LIMITS, files: 5 })).rejects.toThrow(/b\.zip in .* holds more than 1 files/)
})

it('a dataset of one archive a patient is registered; in a folder the archives are named', async () => {
  const content = await writeTestFolder({
    'ct.nii.gz': imageVolume(1),
    'masks/liver.nii.gz': labelVolume({ 1: [1, 2, 3] }),
  })
  const packed = ['ct.nii.gz', 'masks/liver.nii.gz'].map((name) => ({
    name,
    content: readFileSync(join(content, name)),
  }))
  const place = temporaryFolder()
  writeFileSync(join(place, 'site.zip'), packZip([zip('export/P1.zip', ...packed), file('export/readme.txt')]))
  const register = (folder: string) =>
    registerDataset({ folder }, { workspaceFolder: join(place, 'home'), vocabulary: exampleVocabulary })
  const dataset = await register(join(place, 'site.zip'))
  expect(dataset).toMatchObject({ layout: 'organ-files', cases: [{ id: 'P1', status: 'ok' }] })
  expect(existsSync(join(dataset.root, 'P1.zip'))).toBe(false)

  const folder = await writeTestFolder({ 'P1.zip': packZip(packed), 'readme.txt': 'x' })
  await expect(register(folder)).rejects.toThrow(
    /fits no known layout[^]*It holds archives \(P1\.zip\), which are not looked into in a folder: unpack them there, or/,
  )
  expect(readdirSync(folder).sort()).toEqual(['P1.zip', 'readme.txt'])
})
