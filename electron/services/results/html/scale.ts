// A linear axis with round ticks, for the figures of the report.

export interface Scale {
  /** From a value to a coordinate. */
  readonly at: (value: number) => number
  readonly ticks: readonly { readonly value: number; readonly text: string }[]
}

/** Covers all values, its ends on ticks. @param values at least one */
export function createScale(values: readonly number[], [from, to]: readonly [number, number], wanted = 5): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const step = roundStep((high - low || Math.abs(high) || 1) / wanted)
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
  return {
    at: (value) => from + ((value - first * step) / ((last - first) * step)) * (to - from),
    ticks: ticks.map((value) => ({ value, text: value.toFixed(decimals).replace(/^-(0\.?0*)$/, '$1') })),
  }
}

/** 1, 2 or 5 times a power of ten, at least the given step. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10
  return factor * power
}
