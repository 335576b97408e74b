// Lossless JPEG (ITU-T T.81, process 14, first predictor) of 16-bit slices, with one table for all: enough to write what
// most archives of hospitals hold.

/** Codes of one length a row, by how often CT differences of so many bits occur. */
const CATEGORIES: readonly (readonly number[])[] = [
  [],
  [],
  [0, 3, 4],
  [5],
  [2],
  [1],
  [6],
  [7],
  [8],
  [9],
  [10],
  [11],
  [12],
  [13],
  [14],
  [15],
]
const CODES = codesOf()

function codesOf(): Map<number, { code: number; length: number }> {
  const codes = new Map<number, { code: number; length: number }>()
  let code = 0
  for (const [length, categories] of CATEGORIES.entries()) {
    for (const category of categories) codes.set(category, { code: code++, length })
    code <<= 1
  }
  return codes
}

export function encodeJpegLossless(pixels: Uint16Array, side: number): Uint8Array {
  const counts = Array.from({ length: 16 }, (_, n) => CATEGORIES[n + 1]?.length ?? 0)
  const values = CATEGORIES.flat()
  const size = (value: number): number[] => [value >> 8, value & 255]
  const head = [
    ...[0xff, 0xd8, 0xff, 0xc3, ...size(11), 16, ...size(side), ...size(side), 1, 1, 0x11, 0],
    ...[0xff, 0xc4, ...size(19 + values.length), 0, ...counts, ...values],
    ...[0xff, 0xda, ...size(8), 1, 1, 0, 1, 0, 0],
  ]
  const body = encodeDifferences(pixels, side)
  return Buffer.concat([Uint8Array.from(head), body, Uint8Array.from([0xff, 0xd9, ...(body.length % 2 ? [0] : [])])])
}

/** @returns the entropy-coded segment; header and end have an odd number of bytes together */
function encodeDifferences(pixels: Uint16Array, side: number): Uint8Array {
  const bytes = Buffer.alloc(pixels.length * 6)
  let [held, bits, at] = [0, 0, 0]
  const put = (value: number, length: number): void => {
    for (let n = length - 1; n >= 0; n--) {
      held = (held << 1) | ((value >> n) & 1)
      if (++bits < 8) continue
      bytes[at++] = held
      if (held === 0xff) bytes[at++] = 0
      held = bits = 0
    }
  }
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    const before = pixel === 0 ? 32768 : pixel % side === 0 ? pixels[pixel - side]! : pixels[pixel - 1]!
    const difference = ((pixels[pixel]! - before) << 16) >> 16
    const category = 32 - Math.clz32(Math.abs(difference))
    const { code, length } = CODES.get(category)!
    put(code, length)
    put(difference < 0 ? difference - 1 + (1 << category) : difference, category)
  }
  if (bits > 0) put(0xff, 8 - bits)
  return bytes.subarray(0, at)
}
