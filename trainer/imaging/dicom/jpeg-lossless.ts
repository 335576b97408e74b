// Lossless JPEG (ITU-T T.81, annex H: processes 14 with any of the seven predictors), one component, 2 to 16 bits.
import { damaged } from '../files/read-bytes.ts'

interface HuffmanTable {
  /** By code length 1 to 16: smallest code, largest code (-1: none), position of its first value */
  readonly smallest: Int32Array
  readonly largest: Int32Array
  readonly at: Int32Array
  readonly values: Uint8Array
}

export interface LosslessFrame {
  readonly values: Uint16Array
  readonly width: number
  readonly height: number
  readonly precision: number
}

/** @throws OrganMosaicError invalid-file */
export function decodeJpegLossless(stream: Uint8Array, path: string): LosslessFrame {
  const tables: HuffmanTable[] = []
  let frame = { precision: 0, height: 0, width: 0, components: 0 }
  let restartInterval = 0
  let at = 2
  if (stream[0] !== 0xff || stream[1] !== 0xd8) throw damaged(path, 'holds no JPEG stream')
  while (at + 4 <= stream.length) {
    const marker = stream[at + 1]
    const length = (stream[at + 2] << 8) | stream[at + 3]
    const body = stream.subarray(at + 4, at + 2 + length)
    if (stream[at] !== 0xff || length < 2) break
    if (marker === 0xc4) readTables(body, tables, path)
    else if (marker === 0xdd) restartInterval = (body[0] << 8) | body[1]
    else if (marker === 0xc3) {
      frame = {
        precision: body[0],
        height: (body[1] << 8) | body[2],
        width: (body[3] << 8) | body[4],
        components: body[5],
      }
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) {
      throw damaged(path, `holds a JPEG stream of process ${marker - 0xc0}; expected the lossless one`)
    } else if (marker === 0xda) {
      if (frame.components !== 1 || body[0] !== 1) throw damaged(path, 'is in colour; expected one value a pixel')
      const table = tables[body[2] >> 4] as HuffmanTable | undefined
      if (!table || frame.width * frame.height === 0) throw damaged(path, 'has a JPEG stream without its tables')
      const scan = { predictor: body[3], shift: body[5] & 15, restartInterval }
      return { ...frame, values: decodeScan(new BitReader(stream, at + 2 + length), frame, table, scan, path) }
    }
    at += 2 + length
  }
  throw damaged(path, 'has a JPEG stream without pixels')
}

function readTables(body: Uint8Array, tables: HuffmanTable[], path: string): void {
  for (let at = 0; at + 17 <= body.length;) {
    const counts = body.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, count) => sum + count, 0)
    const values = body.subarray(at + 17, at + 17 + total)
    if (values.length < total || total > 256) throw damaged(path, 'has a damaged table in its JPEG stream')
    tables[body[at] & 15] = tableOf(counts, values)
    at += 17 + total
  }
}

function tableOf(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const [smallest, largest, at] = [new Int32Array(17), new Int32Array(17).fill(-1), new Int32Array(17)]
  let code = 0
  let position = 0
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1]
    if (count > 0) {
      smallest[length] = code
      largest[length] = code + count - 1
      at[length] = position
    }
    position += count
    code = (code + count) << 1
  }
  return { smallest, largest, at, values }
}

class BitReader {
  private readonly bytes: Uint8Array
  private at: number
  private held = 0
  private bits = 0
  /** Bits that were asked for after the end of the stream */
  missing = 0

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }

  bit(): number {
    if (this.bits === 0) {
      const byte = this.at < this.bytes.length ? this.bytes[this.at] : -1
      if (byte < 0 || (byte === 0xff && this.bytes[this.at + 1] !== 0)) {
        this.missing++
        return 0
      }
      this.at += byte === 0xff ? 2 : 1
      this.held = byte
      this.bits = 8
    }
    return (this.held >> --this.bits) & 1
  }

  read(count: number): number {
    let value = 0
    for (let n = 0; n < count; n++) value = (value << 1) | this.bit()
    return value
  }

  /** Past a restart marker. */
  restart(): void {
    this.bits = 0
    while (
      this.at + 1 < this.bytes.length &&
      !(this.bytes[this.at] === 0xff && this.bytes[this.at + 1] >= 0xd0 && this.bytes[this.at + 1] <= 0xd7)
    )
      this.at++
    this.at += 2
  }

  symbol({ smallest, largest, at, values }: HuffmanTable): number {
    let code = 0
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.bit()
      if (largest[length] >= 0 && code <= largest[length]) return values[at[length] + code - smallest[length]]
    }
    this.missing += 64
    return 0
  }
}

interface Scan {
  readonly predictor: number
  readonly shift: number
  readonly restartInterval: number
}

function decodeScan(
  bits: BitReader,
  { precision, width, height }: { precision: number; width: number; height: number },
  table: HuffmanTable,
  { predictor, shift, restartInterval }: Scan,
  path: string,
): Uint16Array {
  const values = new Uint16Array(width * height)
  const start = 1 << (precision - shift - 1)
  let sinceRestart = 0
  let firstOfRestart = true
  for (let at = 0; at < values.length; at++) {
    if (restartInterval > 0 && sinceRestart === restartInterval) {
      bits.restart()
      sinceRestart = 0
      firstOfRestart = true
    }
    const x = at % width
    const left = x > 0 ? values[at - 1] : 0
    const above = at >= width ? values[at - width] : 0
    const corner = x > 0 && at >= width ? values[at - width - 1] : 0
    let predicted: number
    if (firstOfRestart) predicted = start
    else if (at < width) predicted = left
    else if (x === 0) predicted = above
    else predicted = predict(predictor, left, above, corner)
    const size = bits.symbol(table)
    values[at] = predicted + difference(bits, size)
    firstOfRestart = false
    sinceRestart++
    if (bits.missing > 32) throw damaged(path, 'is truncated: its JPEG stream ends before its pixels')
  }
  if (shift > 0) for (let at = 0; at < values.length; at++) values[at] <<= shift
  return values
}

function difference(bits: BitReader, size: number): number {
  if (size === 0) return 0
  if (size >= 16) return 32768
  const value = bits.read(size)
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value
}

function predict(predictor: number, left: number, above: number, corner: number): number {
  switch (predictor) {
    case 1:
      return left
    case 2:
      return above
    case 3:
      return corner
    case 4:
      return left + above - corner
    case 5:
      return left + ((above - corner) >> 1)
    case 6:
      return above + ((left - corner) >> 1)
    case 7:
      return (left + above) >> 1
    default:
      return 0
  }
}
