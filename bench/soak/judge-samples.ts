// What of a soak grows: the slope over the samples after the first third, in which caches fill up.

export interface Sample {
  /** How many were finished. */
  readonly runs: number
  /** Told, not judged: V8 lets its young generation grow to 128 MB where garbage comes quickly, and there it stays. */
  readonly rssMb: number
  /** The same without the young generation. */
  readonly settledMb: number
  readonly heapMb: number
  readonly externalMb: number
  /** File descriptors. */
  readonly files: number
  /** Timers, sockets and others that Node knows. */
  readonly resources: number
  /** With its write-ahead log. */
  readonly databaseKb: number
}

/** Growth in 100 runs that is no leak: a run is a row in lists, and its numbers are rows of the database. */
const ALLOWED: Record<Exclude<keyof Sample, 'runs' | 'rssMb'>, number> = {
  settledMb: 12,
  heapMb: 2,
  externalMb: 2,
  files: 1,
  resources: 1,
  databaseKb: 12_000,
}
const UNITS: Record<keyof Sample, string> = {
  runs: 'runs',
  rssMb: 'memory (RSS), MB',
  settledMb: 'without the young generation, MB',
  heapMb: 'heap, MB',
  externalMb: 'buffers, MB',
  files: 'file descriptors',
  resources: 'handles of Node',
  databaseKb: 'database, kB',
}

/** @returns a sentence for each number that grows steadily */
export function judgeSamples(samples: readonly Sample[]): string[] {
  const settled = samples.slice(Math.floor(samples.length / 3))
  if (settled.length < 3) return []
  return (Object.keys(ALLOWED) as (keyof typeof ALLOWED)[]).flatMap((key) => {
    const growth =
      100 *
      slope(
        settled.map(({ runs }) => runs),
        settled.map((sample) => sample[key]),
      )
    if (growth <= ALLOWED[key]) return []
    return `${UNITS[key]} grows by ${growth.toFixed(1)} in 100 runs; at most ${ALLOWED[key]} was expected.`
  })
}

/** Of the line with the least squares. */
export function slope(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(xs), mean(ys)]
  const covariance = xs.reduce((sum, x, n) => sum + (x - mx) * ((ys[n] ?? my) - my), 0)
  return covariance / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0)
}

/** As a table for the documents. */
export function renderSamples(samples: readonly Sample[]): string {
  const keys = Object.keys(UNITS) as (keyof Sample)[]
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    row(keys.map((key) => UNITS[key])),
    row(keys.map(() => '---:')),
    ...samples.map((sample) => row(keys.map((key) => sample[key].toFixed(key.endsWith('Mb') ? 1 : 0)))),
  ].join('\n')
}
