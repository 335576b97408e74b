// Holm's step-down correction: keeps the chance of even one false finding among all tests of a family below the level.
// Source: Holm 1979, A simple sequentially rejective multiple test procedure. Pure.

/** @param values null for a test that could not be made: it does not count. @returns in the same order, at most 1 */
export function holm(values: readonly (number | null)[]): (number | null)[] {
  const tests = values
    .flatMap((p, index) => (p === null ? [] : [{ p, index }]))
    .sort((a, b) => a.p - b.p || a.index - b.index)
  const corrected = values.map((): number | null => null)
  let largest = 0
  for (const [rank, { p, index }] of tests.entries()) {
    largest = Math.max(largest, Math.min(1, (tests.length - rank) * p))
    corrected[index] = largest
  }
  return corrected
}
