import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let parent: string
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'organ-mosaic-keep-'))))
afterEach(() => rmSync(parent, { recursive: true }))

/** A program that keeps what it compiled below `parent`, and then imports a module. */
const run = () =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { keepCompiled } from ${JSON.stringify(join(import.meta.dirname, 'keep-compiled.ts'))}
       keepCompiled(${JSON.stringify(parent)})
       await import(${JSON.stringify(join(import.meta.dirname, '../contract/geometry.ts'))})`,
    ],
    { encoding: 'utf8' },
  )

test('compiled modules are kept in a folder of the user', () => {
  expect(run()).toMatchObject({ status: 0, stderr: '' })
  const [folder] = readdirSync(parent)
  expect(folder).toBe(`organ-mosaic-compiled-${process.getuid?.() ?? 'user'}`)
  expect(readdirSync(join(parent, folder!), { recursive: true }).length).toBeGreaterThan(1)
})

test('nothing is kept where somebody else leads elsewhere, and the program runs all the same', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'organ-mosaic-elsewhere-'))
  symlinkSync(elsewhere, join(parent, `organ-mosaic-compiled-${process.getuid?.() ?? 'user'}`))
  expect(run()).toMatchObject({ status: 0, stderr: '' })
  expect(existsSync(elsewhere) && readdirSync(elsewhere)).toEqual([])
})
