import { expect, test } from 'vitest'
import { formatBytes } from '../../../contract/format-bytes.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [1_500_000, '1.5 MB'],
  [75_000_000_000, '75.0 GB'],
  [250_000_000_000, '250 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
