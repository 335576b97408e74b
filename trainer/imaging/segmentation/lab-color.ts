// The colour of a DICOM segment: CIELab (D50) in three 16-bit numbers (PS3.3, C.10.7.1.1), as sRGB.
import { hexColor } from './segmentation.ts'

const WHITE_D50 = [0.9642, 1, 0.8251]

/** @param lab three numbers from 0 to 65535 */
export function labToHex(lab: readonly number[]): string | null {
  const lightness = (lab[0] / 65535) * 100
  const [a, b] = [lab[1], lab[2]].map((value) => (value / 65535) * 255 - 128)
  const y = (lightness + 16) / 116
  const [x50, y50, z50] = [y + a / 500, y, y - b / 200].map((part, at) => {
    return WHITE_D50[at] * (part > 6 / 29 ? part ** 3 : 3 * (6 / 29) ** 2 * (part - 4 / 29))
  })
  // Bradford's adaptation from D50, and the primaries of sRGB, in one matrix
  const linear = [
    3.1338561 * x50 - 1.6168667 * y50 - 0.4906146 * z50,
    -0.9787684 * x50 + 1.9161415 * y50 + 0.033454 * z50,
    0.0719453 * x50 - 0.2289914 * y50 + 1.4052427 * z50,
  ]
  return hexColor(linear.map((part) => (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055)))
}

/** @param hex #rrggbb. @returns three numbers from 0 to 65535 */
export function hexToLab(hex: string): [number, number, number] {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  // The primaries of sRGB and Bradford's adaptation to D50: the inverse of the matrix above
  const [x, y, z] = [
    0.4360747 * red + 0.3850649 * green + 0.1430804 * blue,
    0.2225045 * red + 0.7168786 * green + 0.0606169 * blue,
    0.0139322 * red + 0.0971045 * green + 0.7141733 * blue,
  ].map((part, at) => {
    const share = part / WHITE_D50[at]
    return share > (6 / 29) ** 3 ? Math.cbrt(share) : share / (3 * (6 / 29) ** 2) + 4 / 29
  })
  const whole = (share: number): number => Math.round(65535 * Math.min(1, Math.max(0, share)))
  return [whole((116 * y - 16) / 100), whole((500 * (x - y) + 128) / 255), whole((200 * (y - z) + 128) / 255)]
}
