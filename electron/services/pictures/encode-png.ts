// A PNG writer for thumbnails and for the pictures of docs/: 8-bit RGB, zlib. Forty lines instead of a dependency.
import { crc32, deflateSync } from 'node:zlib'

/** RGB pixels, row by row, three bytes each. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const [BIT_DEPTH, TRUE_COLOUR] = [8, 2]

/**
 * The bytes of a PNG file (W3C PNG, third edition).
 * @throws RangeError when the pixels do not fill the picture
 */
export function encodePng({ width, height, rgb }: Picture): Buffer {
  if (rgb.length !== width * height * 3) {
    throw new RangeError(`${width} x ${height} pixels need ${width * height * 3} bytes, got ${rgb.length}`)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([BIT_DEPTH, TRUE_COLOUR], 8)
  const stride = width * 3
  // Every row begins with its filter; 1 (difference to the pixel on the left) suits both grey images and flat colours.
  const rows = Buffer.alloc(height * (stride + 1))
  for (let y = 0; y < height; y++) {
    const row = y * (stride + 1)
    rows[row] = 1
    for (let x = 0; x < stride; x++) {
      rows[row + 1 + x] = rgb[y * stride + x] - (x < 3 ? 0 : rgb[y * stride + x - 3])
    }
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Length, name, data, checksum of name and data. */
function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}
