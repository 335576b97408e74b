// A sample of `npm run fuzz`, the same every time.
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

test('300 damaged files of all formats: an import or a clear error each', { timeout: 180_000 }, async () => {
  const { outcomes, failures } = await fuzz('sample', 300)
  expect(failures).toEqual([])
  expect(outcomes['imported']).toBeGreaterThan(0)
  expect(outcomes['invalid-file']).toBeGreaterThan(0)
})
