import { expect, test } from 'vitest'
import { readPublishedStudies } from '../results/published-study.ts'
import { README_BEGIN, README_END, readmeWithResults, studiesPage } from './study-pages.ts'

const studies = readPublishedStudies()

test('the block between the marks is written anew, and nothing else', () => {
  const before = `# A\n\n${README_BEGIN}\n\nold 99.9\n\n${README_END}\n\nafter\n`
  const text = readmeWithResults(before, studies)
  expect(text.startsWith('# A\n\n')).toBe(true)
  expect(text.endsWith(`${README_END}\n\nafter\n`)).toBe(true)
  expect(text).not.toContain('99.9')
  expect(readmeWithResults(text, studies)).toBe(text)
})

test('without its marks the README is refused', () => {
  expect(() => readmeWithResults(`${README_END} ${README_BEGIN}`, studies)).toThrow(/should have the lines/)
})

test('numbers are those of the files', () => {
  for (const { title, result } of studies.values()) {
    const [first] = result.rows
    const dice = (100 * (first?.mean.dice.mean ?? NaN)).toFixed(1)
    for (const text of [readmeWithResults(`${README_BEGIN}${README_END}`, studies), studiesPage(studies)]) {
      expect(text).toContain(title)
      expect(text).toContain(dice)
    }
  }
})
