import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { referencePages } from './write-reference.ts'

const pages = await referencePages()

test.each([...pages.keys()])('%s is current', (path) => {
  const written = readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
  expect(written, 'the contract or a result changed: npm run docs').toBe(pages.get(path))
})

test('every kind of setting is readable', () => {
  const text = pages.get('docs/reference/configuration.md')!.replaceAll(/ +/g, ' ')
  expect(text).toContain('| `plan.spacingMm` | auto | auto or 3 numbers > 0 | [depth, height, width] mm;')
  expect(text).toContain('| `stage1.predictionDifference.weight` | 0.5 | number >= 0 |')
  expect(text).toContain('| `stage2.initialise` | stage1 | stage1, shared, scratch |')
  expect(text).not.toMatch(/undefined|\[object/)
})
