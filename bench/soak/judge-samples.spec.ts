import { describe, expect, it } from 'vitest'
import { judgeSamples, slope, type Sample } from './judge-samples.ts'

const flat: Omit<Sample, 'runs'> = {
  rssMb: 300,
  settledMb: 200,
  heapMb: 40,
  externalMb: 5,
  files: 30,
  resources: 9,
  databaseKb: 900,
}
/** Twenty samples, ten runs apart. */
const samples = (at: (runs: number) => Partial<Sample>): Sample[] =>
  Array.from({ length: 20 }, (_, n) => ({ ...flat, runs: 10 * (n + 1), ...at(10 * (n + 1)) }))

describe('judgeSamples', () => {
  it('lets caches fill up, and the database hold the numbers of each run', () => {
    expect(
      judgeSamples(samples((runs) => ({ rssMb: 3 * runs, settledMb: Math.min(runs, 60), databaseKb: 50 * runs }))),
    ).toEqual([])
  })
  it('names what grows steadily, however noisy', () => {
    const leaking = samples((runs) => ({ settledMb: 200 + 0.5 * runs + 10 * (runs % 3), files: 30 + runs / 20 }))
    expect(judgeSamples(leaking)).toEqual([
      expect.stringMatching(/^without the young generation, MB grows by \d+\.\d in 100 runs/),
      expect.stringMatching(/^file descriptors grows by 5\.0/),
    ])
  })
  it('takes the line with the least squares', () => {
    expect(slope([0, 1, 2], [1, 3, 5])).toBe(2)
  })
})
