// Ranges of sizes and spacings, in the order a radiologist says them: x, y, z.
type Triple = readonly [number, number, number]

const range = (low: number, high: number, digits: number): string => {
  const [a, b] = [low.toFixed(digits), high.toFixed(digits)]
  return a === b ? a : `${a}–${b}`
}

/** @param spread [depth, height, width] @example '512 × 512 × 40–120' */
export function formatSpread(spread: { min: Triple; max: Triple } | null, digits: number, unit = ''): string {
  if (!spread) return 'unknown'
  return [2, 1, 0].map((axis) => range(spread.min[axis], spread.max[axis], digits)).join(' × ') + unit
}
