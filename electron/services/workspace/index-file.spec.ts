// Where the index of a workspace on a network file system lies: in a folder of this user alone.
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { indexFile } from './open-workspace.ts'

const before = process.env['TMPDIR']
let temporary: string
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'organ-mosaic-index-'))
  process.env['TMPDIR'] = temporary
})
afterEach(() => {
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  rmSync(temporary, { recursive: true })
})

it('is made for this user alone, and found again', () => {
  const file = indexFile('/net/work', true)
  expect(dirname(dirname(file))).toBe(temporary)
  if (process.platform !== 'win32') expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
  expect(indexFile('/net/work', true)).toBe(file)
  expect(indexFile('/net/other', true)).not.toBe(file)
})

it.skipIf(process.platform === 'win32')('is refused where others may open it, or where it is a link', () => {
  const folder = dirname(indexFile('/net/work', true))
  chmodSync(folder, 0o777)
  expect(() => indexFile('/net/work', true)).toThrow(`others may open it; close it with chmod 700 ${folder}`)
  rmSync(folder, { recursive: true })
  symlinkSync(temporary, folder)
  expect(() => indexFile('/net/work', true)).toThrow('it is not a folder of this user')
})
