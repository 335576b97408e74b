// Test helper: directions that real scanners and converters produce, and some that they should not.

/** All 48 exchanges and flips of axes, as row-major directions; half of them left-handed. */
export function signedPermutations(): number[][] {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  return orders.flatMap((order) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((signs) => {
      const direction = Array<number>(9).fill(0)
      order.forEach((row, column) => (direction[3 * row + column] = (signs >> column) & 1 ? -1 : 1))
      return direction
    }),
  )
}

/** Rotation about x, then y, then z (radians), row-major. */
export function rotatedDirection(a: number, b: number, c: number): number[] {
  const [sa, ca, sb, cb, sc, cc] = [a, b, c].flatMap((angle) => [Math.sin(angle), Math.cos(angle)])
  return [
    cc * cb,
    cc * sb * sa - sc * ca,
    cc * sb * ca + sc * sa,
    sc * cb,
    sc * sb * sa + cc * ca,
    sc * sb * ca - cc * sa,
    -sb,
    cb * sa,
    cb * ca,
  ]
}
