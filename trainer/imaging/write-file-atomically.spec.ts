import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeFileAtomically } from './write-file-atomically.ts'

it('replaces a file whole, and leaves nothing behind when it cannot', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atomic-'))
  await writeFile(join(folder, 'a.txt'), 'old')
  await writeFileAtomically(join(folder, 'a.txt'), 'new')
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('new')
  await mkdir(join(folder, 'b', 'full'), { recursive: true })
  const pieces = function* () {
    yield Buffer.from('piece ')
    yield Buffer.from('by piece')
  }
  await writeFileAtomically(join(folder, 'a.txt'), pieces())
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('piece by piece')
  // a folder with content cannot be renamed over
  await expect(writeFileAtomically(join(folder, 'b'), 'x')).rejects.toThrow()
  expect((await readdir(folder)).sort()).toEqual(['a.txt', 'b'])
  await rm(folder, { recursive: true })
})
