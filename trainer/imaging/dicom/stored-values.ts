// From the bytes of a frame to the values that were stored: unused bits cut, signs spread.
import type { PixelFormat } from './pixel-format.ts'

/** Stored values: integers of up to 32 bits, or floats. */
export type FrameValues = Uint8Array | Uint16Array | Int16Array | Int32Array | Float32Array | Float64Array

/** Bits that are not part of the value (overlays) go, and the sign is spread. @param raw of a buffer of its own */
export function valuesOf(raw: Uint8Array, format: PixelFormat): FrameValues {
  const { bitsAllocated, bitsStored, highBit, signed, float } = format
  const buffer = raw.buffer as ArrayBuffer
  if (float) return bitsAllocated === 64 ? new Float64Array(buffer) : new Float32Array(buffer)
  const plain = bitsStored === bitsAllocated
  if (bitsAllocated === 8)
    return plain && !signed ? raw : Int16Array.from(raw, (value) => meant(value, bitsStored, highBit, signed))
  if (bitsAllocated === 32) {
    return Float64Array.from(new Uint32Array(buffer), (value) => (signed ? value | 0 : value))
  }
  if (plain) return signed ? new Int16Array(buffer) : new Uint16Array(buffer)
  const stored = new Uint16Array(buffer)
  const values = signed ? new Int16Array(stored.length) : new Uint16Array(stored.length)
  for (let at = 0; at < stored.length; at++) values[at] = meant(stored[at], bitsStored, highBit, signed)
  return values
}

function meant(value: number, bitsStored: number, highBit: number, signed: boolean): number {
  const bits = (value >> (highBit + 1 - bitsStored)) & (2 ** bitsStored - 1)
  return signed && bits >= 2 ** (bitsStored - 1) ? bits - 2 ** bitsStored : bits
}
