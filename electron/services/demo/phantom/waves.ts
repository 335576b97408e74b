// Smooth random fields as sums of sine waves in random directions: the deformation of a patient and tissue texture.
import type { Random } from '../../../../trainer/imaging/random.ts'

export interface Waves {
  readonly count: number
  /** [count, 4]: wave vector in radians per mm, and phase. */
  readonly terms: Float64Array
}

/** Wavelengths in mm are drawn evenly between the two. */
export function createWaves(random: Random, count: number, wavelengthMm: readonly [number, number]): Waves {
  const terms = new Float64Array(4 * count)
  for (let wave = 0; wave < count; wave++) {
    const direction = [random.normal(), random.normal(), random.normal()]
    const scale = (2 * Math.PI) / random.between(...wavelengthMm) / Math.hypot(...direction)
    terms.set([...direction.map((value) => value * scale), random.between(0, 2 * Math.PI)], 4 * wave)
  }
  return { count, terms }
}

/** The value of one wave at a point, in [-1, 1]. */
export function waveAt({ terms }: Waves, wave: number, x: number, y: number, z: number): number {
  const at = 4 * wave
  return Math.sin(
    (terms[at] as number) * x +
      (terms[at + 1] as number) * y +
      (terms[at + 2] as number) * z +
      (terms[at + 3] as number),
  )
}

/** All waves together, with standard deviation 1 over space. */
export function sumOfWaves(waves: Waves, x: number, y: number, z: number): number {
  let sum = 0
  for (let wave = 0; wave < waves.count; wave++) sum += waveAt(waves, wave, x, y, z)
  return sum * Math.sqrt(2 / waves.count)
}
