// DICOM's own run-length encoding (PS3.5, annex G): one segment a byte of a pixel, the most significant first.
import { damaged, truncated } from '../files/read-bytes.ts'

/** @returns little-endian pixels of bytesPerPixel. @throws OrganMosaicError invalid-file */
export function decodeRunLength(stream: Uint8Array, pixels: number, bytesPerPixel: number, path: string): Uint8Array {
  if (stream.length < 64) throw truncated(path, 64, stream.length)
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  const segments = view.getUint32(0, true)
  if (segments !== bytesPerPixel) {
    throw damaged(path, `has ${segments} run-length segments; expected ${bytesPerPixel}, one a byte of a pixel`)
  }
  const decoded = new Uint8Array(pixels * bytesPerPixel)
  for (let segment = 0; segment < segments; segment++) {
    const from = view.getUint32(4 + 4 * segment, true)
    const end = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : stream.length
    if (from > stream.length || end > stream.length || from > end)
      throw damaged(path, 'points outside its run-length data')
    const written = unpack(stream.subarray(from, end), decoded, bytesPerPixel - 1 - segment, bytesPerPixel)
    if (written < pixels) throw truncated(path, pixels, written)
  }
  return decoded
}

/** PackBits into every `step`-th byte. @returns bytes written */
function unpack(packed: Uint8Array, target: Uint8Array, first: number, step: number): number {
  const room = target.length / step
  let count = 0
  let at = 0
  while (at < packed.length && count < room) {
    const control = packed[at++]
    if (control < 128) {
      for (let n = 0; n <= control && at < packed.length && count < room; n++)
        target[first + step * count++] = packed[at++]
    } else if (control > 128) {
      const value = packed[at++]
      for (let n = 0; n < 257 - control && count < room; n++) target[first + step * count++] = value
    }
  }
  return count
}
