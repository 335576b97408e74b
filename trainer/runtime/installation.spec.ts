import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isClone, repairAdvice } from './installation.ts'

it('a clone has its set-up, and a package has none', () => {
  expect(isClone()).toBe(true)
  const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-installation-'))
  expect(isClone(folder)).toBe(false)
  mkdirSync(join(folder, 'scripts'))
  writeFileSync(join(folder, 'scripts/setup.mjs'), '')
  expect(isClone(folder)).toBe(true)
})

it('advice names npm in a clone alone', () => {
  expect(repairAdvice(true)).toContain('npm run setup')
  expect(repairAdvice(false)).not.toContain('npm')
})
