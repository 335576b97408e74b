// A synthetic CT as a DICOM series, a file a slice: a body with the noise that scanners have, and ellipsoids of organs.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXPLICIT_LITTLE } from '../../trainer/imaging/dicom/parse-dicom.ts'
import { newUid } from '../../trainer/imaging/dicom/write-dicom.ts'
import { TRANSFER_SYNTAX, type Compression, type EncodeSlice } from './encode-slices.ts'

export const SIDE = 512
export const SPACING_MM = [1.5, 0.8, 0.8] as const
const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2'
/** Stored values are HU + 1024. */
const INTERCEPT = -1024

export function drawSlice(seed: number, side = SIDE): Uint16Array {
  const pixels = new Uint16Array(side * side)
  let noise = seed
  for (let j = 0, at = 0; j < side; j++) {
    for (let i = 0; i < side; i++, at++) {
      noise = (Math.imul(noise, 1664525) + 1013904223) | 0
      const inside = (i - side / 2) ** 2 + ((j - side / 2) * 1.4) ** 2 < (0.43 * side) ** 2
      pixels[at] = inside ? 1064 + (noise >>> 27) - 16 : 24 + (noise >>> 30)
    }
  }
  return pixels
}

/** [depth, side, side]: 0 outside, the number of the organ inside. */
export function drawOrgans(depth: number, organs: number): Uint8Array {
  const labels = new Uint8Array(depth * SIDE * SIDE)
  for (let organ = 0; organ < organs; organ++) {
    const [x, y] = [136 + 60 * (organ % 5), 180 + 70 * Math.floor(organ / 5)]
    const middle = depth * (0.3 + 0.04 * organ)
    for (let k = Math.floor(middle - depth / 5); k < middle + depth / 5 && k < depth; k++) {
      const radius = 28 * Math.sqrt(Math.max(0, 1 - ((k - middle) / (depth / 5)) ** 2))
      for (let j = Math.ceil(y - radius); j <= y + radius; j++) {
        const half = Math.sqrt(Math.max(0, radius ** 2 - (j - y) ** 2))
        const row = (k * SIDE + j) * SIDE
        labels.fill(organ + 1, row + Math.ceil(x - half), row + Math.floor(x + half) + 1)
      }
    }
  }
  return labels
}

/** Slices are the same bytes in every series; the order differs, so that no two CTs have the same voxels. */
export function encodeSlices(count: number, encode: EncodeSlice): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => encode(drawSlice(n + 1), SIDE))
}

/** @param encoded pixel data of its slices, from feet to head. @returns UID of the series */
export function writeCtSeries(folder: string, encoded: readonly Uint8Array[], compression: Compression): string {
  mkdirSync(folder, { recursive: true })
  const [study, series, frame] = [newUid(), newUid(), newUid()]
  for (const [n, pixels] of encoded.entries()) {
    const instance = `${series.slice(0, 50)}.${n + 1}`
    const syntax = TRANSFER_SYNTAX[compression]
    const meta = Buffer.concat([
      text(0x0002, 0x0002, 'UI', CT_IMAGE),
      text(2, 3, 'UI', instance),
      text(2, 16, 'UI', syntax),
    ])
    const place = [0, 0, n * SPACING_MM[0]].join('\\')
    const header = [
      ...[text(8, 0x16, 'UI', CT_IMAGE), text(8, 0x18, 'UI', instance), text(8, 0x60, 'CS', 'CT')],
      ...[
        text(0x10, 0x10, 'PN', 'Bench'),
        text(0x10, 0x20, 'LO', series.slice(-8)),
        text(0x18, 0x50, 'DS', String(SPACING_MM[0])),
      ],
      ...[text(0x20, 0x0d, 'UI', study), text(0x20, 0x0e, 'UI', series), text(0x20, 0x13, 'IS', String(n + 1))],
      ...[text(0x20, 0x32, 'DS', place), text(0x20, 0x37, 'DS', '1\\0\\0\\0\\1\\0'), text(0x20, 0x52, 'UI', frame)],
      ...[short(0x28, 2, 1), text(0x28, 4, 'CS', 'MONOCHROME2'), short(0x28, 0x10, SIDE), short(0x28, 0x11, SIDE)],
      ...[text(0x28, 0x30, 'DS', `${SPACING_MM[1]}\\${SPACING_MM[2]}`), short(0x28, 0x100, 16), short(0x28, 0x101, 16)],
      ...[
        short(0x28, 0x102, 15),
        short(0x28, 0x103, 0),
        text(0x28, 0x1052, 'DS', String(INTERCEPT)),
        text(0x28, 0x1053, 'DS', '1'),
      ],
    ]
    const start = [Buffer.alloc(128), Buffer.from('DICM'), meta]
    writeFileSync(
      join(folder, `${String(n + 1).padStart(4, '0')}.dcm`),
      Buffer.concat([...start, ...header, ...pixelData(pixels, syntax)]),
    )
  }
  return series
}

function head(group: number, element: number, vr: string, length: number): Buffer {
  const isLong = vr === 'OB' || vr === 'OW'
  const bytes = Buffer.alloc(isLong ? 12 : 8)
  bytes.writeUInt16LE(group, 0)
  bytes.writeUInt16LE(element, 2)
  bytes.write(vr, 4, 'latin1')
  if (isLong) bytes.writeUInt32LE(length, 8)
  else bytes.writeUInt16LE(length, 6)
  return bytes
}

function text(group: number, element: number, vr: string, value: string): Buffer {
  const padded = value.length % 2 === 0 ? value : `${value}${vr === 'UI' ? '\0' : ' '}`
  return Buffer.concat([head(group, element, vr, padded.length), Buffer.from(padded, 'latin1')])
}

const short = (group: number, element: number, value: number): Buffer =>
  Buffer.concat([head(group, element, 'US', 2), Buffer.from([value & 255, value >> 8])])

/** Compressed: an empty offset table, one fragment, the end of both. */
function pixelData(pixels: Uint8Array, syntax: string): Uint8Array[] {
  if (syntax === EXPLICIT_LITTLE) return [head(0x7fe0, 0x10, 'OW', pixels.length), pixels]
  const item = (element: number, length: number): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt16LE(0xfffe, 0)
    bytes.writeUInt16LE(element, 2)
    bytes.writeUInt32LE(length, 4)
    return bytes
  }
  const odd = pixels.length % 2
  const fragment = [item(0xe000, pixels.length + odd), pixels, Buffer.alloc(odd)]
  return [head(0x7fe0, 0x10, 'OB', 0xffffffff), item(0xe000, 0), ...fragment, item(0xe0dd, 0)]
}
