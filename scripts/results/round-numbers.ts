/** Six digits: more say nothing, and make every new run another file. */
const DIGITS = 6

/** Every number of a JSON value. */
export function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(DIGITS))
  if (Array.isArray(value)) return value.map(roundNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, roundNumbers(inner)]))
}
