// What happens to files on their way: bits flip, ends are missing, headers claim absurd sizes, pieces come twice. All of
// it drawn from a seed, so that a mutant that did harm can be made again.
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Random } from '../../trainer/imaging/random.ts'

type Mutation = (bytes: Buffer, random: Random) => Buffer

const HEADER_BYTES = 2048
const NUMBERS = ['0', '-1', '1', '65536', '2147483647', '4294967295', '99999999999999', '1e400', '-1e30', 'nan', '']

/** Somewhere, mostly in the header: there a byte does most. */
const somewhere = ({ length }: Buffer, random: Random): number =>
  random.integer(Math.max(1, random.next() < 0.7 ? Math.min(length, HEADER_BYTES) : length))

const flipBytes: Mutation = (bytes, random) => {
  const flipped = Buffer.from(bytes)
  for (let times = 1 + random.integer(8); times > 0 && flipped.length > 0; times--) {
    flipped[somewhere(flipped, random)] ^= 1 + random.integer(255)
  }
  return flipped
}

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.integer(bytes.length + 1))

const writeExtreme: Mutation = (bytes, random) => {
  const written = Buffer.from(bytes)
  const at = somewhere(written, random)
  const write = random.shuffle<() => unknown>([
    () => written.writeInt32LE(-1, at),
    () => written.writeInt32LE(2 ** 31 - 1, at),
    () => written.writeInt32BE(2 ** 31 - 1, at),
    () => written.writeUInt32LE(2 ** 31 - 16, at),
    () => written.writeInt16LE(2 ** 15 - 1, at),
    () => written.writeInt16BE(2 ** 15 - 1, at),
    () => written.writeInt32LE(0, at),
    () => written.writeFloatLE(Number.NaN, at),
    () => written.writeFloatLE(1e38, at),
    () => written.writeDoubleLE(Number.POSITIVE_INFINITY, at),
  ])[0]
  if (at + 8 <= written.length) write()
  return written
}

const clear: Mutation = (bytes, random) => {
  const from = somewhere(bytes, random)
  const end = Math.min(bytes.length, from + 1 + random.integer(64))
  return Buffer.from(bytes).fill(random.next() < 0.5 ? 0 : 0xff, Math.min(from, end), end)
}

const cutOut: Mutation = (bytes, random) => {
  const from = somewhere(bytes, random)
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random.integer(64))])
}

const repeat: Mutation = (bytes, random) => {
  const from = somewhere(bytes, random)
  const piece = bytes.subarray(from, from + 1 + random.integer(256))
  return Buffer.concat([bytes.subarray(0, from), piece, piece, bytes.subarray(from + piece.length)])
}

const append: Mutation = (bytes, random) =>
  Buffer.concat([bytes, Buffer.from(Array.from({ length: 1 + random.integer(2048) }, () => random.integer(256)))])

/** Of headers that are text: one number becomes another. In binary ones this is a few flipped bytes. */
const changeNumber: Mutation = (bytes, random) => {
  const text = bytes.toString('latin1')
  const numbers = [...text.slice(0, 4096).matchAll(/\d+(\.\d+)?/g)]
  if (numbers.length === 0) return flipBytes(bytes, random)
  const { 0: number, index } = numbers[random.integer(numbers.length)]
  const other = NUMBERS[random.integer(NUMBERS.length)]
  return Buffer.from(text.slice(0, index) + other + text.slice(index + number.length), 'latin1')
}

/** A number of the same length, so that whatever follows stays in its place. */
const changeDigits: Mutation = (bytes, random) => {
  const places = [...bytes.subarray(0, 4096).entries()].filter(([, byte]) => byte >= 0x30 && byte <= 0x39)
  if (places.length === 0) return flipBytes(bytes, random)
  const changed = Buffer.from(bytes)
  changed.write('0123456789-.e '[random.integer(14)], places[random.integer(places.length)][0], 'latin1')
  return changed
}

const MUTATIONS = [
  flipBytes,
  truncate,
  writeExtreme,
  clear,
  cutOut,
  repeat,
  append,
  changeNumber,
  changeDigits,
  changeDigits,
]

/** Mostly one thing. What is gzipped is mostly changed inside: a damaged stream is one case only. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b && random.next() < 0.8
  let mutated: Buffer = packed ? gunzipSync(bytes) : bytes
  const times = random.next() < 0.7 ? 1 : 2 + random.integer(3)
  for (let done = 0; done < times; done++) {
    mutated = MUTATIONS[random.integer(MUTATIONS.length)](mutated, random)
  }
  return packed ? gzipSync(mutated) : mutated
}
