// Temperature scaling (Guo et al. 2017) of one model on its validation cases, so that 0.7 means about 0.7.
import type { ClassSet } from '../labels/label-sets.ts'

export interface CalibrationCase {
  /** [V, C] of the model */
  readonly probabilities: Float32Array
  /** [V] code -> classes of the model that the voxel may be */
  readonly codes: ArrayLike<number>
  readonly sets: readonly ClassSet[]
}

const LOWEST = 0.5
const HIGHEST = 5
const TINY = 1e-7
/**
 * Where the model is this sure of background no organ is in question. Whatever the truth says there: leaving out only
 * the voxels where it agrees would keep the model's errors alone, and make it look worse than it is.
 */
const SURE_BACKGROUND = 0.99

/**
 * The temperature with the smallest mean -log p(set) over the uncertain and the labelled voxels; golden-section search.
 * @returns temperature between 0.5 and 5; 1 when no voxel can tell
 */
export function calibrateTemperature(cases: readonly CalibrationCase[], classCount: number): number {
  const samples = cases.flatMap((entry) => collectSamples(entry, classCount))
  if (samples.length === 0) return 1
  const loss = (temperature: number): number => {
    let total = 0
    for (const { logs, set } of samples) {
      let sum = 0
      let allowed = 0
      for (let c = 0; c < classCount; c++) {
        const value = Math.exp(logs[c]! / temperature)
        sum += value
        if (set.includes(c)) allowed += value
      }
      total -= Math.log(allowed / sum + TINY)
    }
    return total / samples.length
  }
  return minimise(loss, LOWEST, HIGHEST)
}

/**
 * How sure the calibrated model is where it claims a class, that is where no other is likelier.
 * @returns for each class the probability that this share of the claimed voxels reaches; 1 where none is claimed
 */
export function measureSureness(
  cases: readonly Pick<CalibrationCase, 'probabilities'>[],
  classCount: number,
  temperature: number,
  share: number,
): number[] {
  const claims = Array.from({ length: classCount }, (): number[] => [])
  for (const { probabilities } of cases) {
    for (let at = 0; at < probabilities.length; at += classCount) {
      let likeliest = 0
      for (let c = 1; c < classCount; c++) if (probabilities[at + c]! > probabilities[at + likeliest]!) likeliest = c
      // Most of a scan is background, whose sureness nobody asks for.
      if (likeliest === 0) continue
      const odds = Array.from({ length: classCount }, (_, c) => (probabilities[at + c]! + TINY) ** (1 / temperature))
      claims[likeliest]!.push(odds[likeliest]! / odds.reduce((sum, each) => sum + each, 0))
    }
  }
  return claims.map((claimed) => {
    const falling = Float64Array.from(claimed).sort().reverse()
    return falling[Math.ceil(share * falling.length) - 1] ?? 1
  })
}

interface Sample {
  readonly logs: Float32Array
  readonly set: ClassSet
}

/** At most some thousand voxels a case, evenly spaced among those that matter. */
function collectSamples({ probabilities, codes, sets }: CalibrationCase, classCount: number, limit = 4000): Sample[] {
  const useful: number[] = []
  for (let v = 0; v < codes.length; v++) {
    const set = sets[codes[v]!]!
    if (set.length === classCount) continue
    if (probabilities[v * classCount]! <= SURE_BACKGROUND) useful.push(v)
  }
  const stride = Math.max(1, Math.floor(useful.length / limit))
  return useful
    .filter((_, i) => i % stride === 0)
    .map((v) => ({
      logs: probabilities.slice(v * classCount, (v + 1) * classCount).map((p) => Math.log(p + TINY)),
      set: sets[codes[v]!]!,
    }))
}

function minimise(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [a, b] = [low, high]
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)]
  let [fc, fd] = [f(c), f(d)]
  while (b - a > 0.01) {
    if (fc < fd) {
      ;[b, d, fd] = [d, c, fc]
      c = b - ratio * (b - a)
      fc = f(c)
    } else {
      ;[a, c, fc] = [c, d, fd]
      d = a + ratio * (b - a)
      fd = f(d)
    }
  }
  return (a + b) / 2
}
