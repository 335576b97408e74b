// Small 3 x 3 matrices, row-major arrays of nine numbers. The only linear algebra that imaging needs.

/** Row-major 3 x 3. */
export type Matrix3 = readonly number[]

/** [9] x [3] -> [3] */
export const multiplyVector = (m: Matrix3, v: readonly number[]): [number, number, number] => [
  m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
  m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
  m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
]

export const determinant = (m: Matrix3): number =>
  m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6])

export const transpose = (m: Matrix3): number[] => [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]]

/** The inverse; entries are not finite when the matrix is singular. */
export function invert(m: Matrix3): number[] {
  const d = determinant(m)
  return [
    (m[4] * m[8] - m[5] * m[7]) / d,
    (m[2] * m[7] - m[1] * m[8]) / d,
    (m[1] * m[5] - m[2] * m[4]) / d,
    (m[5] * m[6] - m[3] * m[8]) / d,
    (m[0] * m[8] - m[2] * m[6]) / d,
    (m[2] * m[3] - m[0] * m[5]) / d,
    (m[3] * m[7] - m[4] * m[6]) / d,
    (m[1] * m[6] - m[0] * m[7]) / d,
    (m[0] * m[4] - m[1] * m[3]) / d,
  ]
}

/** The nearest orthonormal matrix (polar decomposition by Newton's iteration, Higham 1986). Needs an invertible matrix. */
export function orthonormalise(m: Matrix3): number[] {
  let q = [...m]
  for (let i = 0; i < 20; i++) {
    const inverseTransposed = transpose(invert(q))
    const next = q.map((value, at) => (value + inverseTransposed[at]) / 2)
    const change = Math.max(...next.map((value, at) => Math.abs(value - q[at])))
    q = next
    if (change < 1e-15) break
  }
  return q
}
