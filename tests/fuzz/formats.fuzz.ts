// `npm run fuzz`: FUZZ_MUTANTS files (5,000 unless said otherwise) from FUZZ_SEED. Mutants that did harm are kept.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

const seed = process.env['FUZZ_SEED'] ?? 'formats'
const mutants = Number(process.env['FUZZ_MUTANTS'] ?? 5000)

test(`${mutants} damaged files of the seed ${seed}: an import or a clear error each`, { timeout: 0 }, async () => {
  const report = await fuzz(seed, mutants, join(tmpdir(), 'organ-mosaic-fuzz-failures'))
  const longest = `longest ${(report.longestMs / 1000).toFixed(1)} s`
  console.log(`peak memory ${(report.peakBytes / 1e6).toFixed(0)} MB, ${longest}`, report.outcomes)
  console.table(report.formats)
  expect(report.failures).toEqual([])
})
