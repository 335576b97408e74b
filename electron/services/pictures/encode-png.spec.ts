import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodePng } from './encode-png.ts'

test('a 2 x 1 picture as its chunks', () => {
  const png = encodePng({ width: 2, height: 1, rgb: Uint8Array.of(10, 20, 30, 11, 19, 30) })
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  expect(png.toString('latin1', 12, 16)).toBe('IHDR')
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([2, 1, 8, 2])
  const length = png.readUInt32BE(33)
  expect(png.toString('latin1', 37, 41)).toBe('IDAT')
  // Filter 1: the first pixel as it is, then differences modulo 256.
  expect([...inflateSync(png.subarray(41, 41 + length))]).toEqual([1, 10, 20, 30, 1, 255, 0])
  // The checksum of an empty IEND is the same in every PNG file.
  expect(png.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082')
})

test('pixels that do not fill the picture', () => {
  expect(() => encodePng({ width: 2, height: 2, rgb: new Uint8Array(11) })).toThrow(
    '2 x 2 pixels need 12 bytes, got 11',
  )
})
