import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSafetensors, writeSafetensors, type NamedArray } from './safetensors.ts'

let folder = ''
let path = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'))
  path = join(folder, 'weights.safetensors')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const arrays = new Map<string, NamedArray>([
  ['kernel', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, -0) }],
  ['scalar', { shape: [], data: Float32Array.of(7) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
  // a view into the middle of a larger buffer
  ['view', { shape: [2], data: new Float32Array([9, 8, 7, 6]).subarray(1, 3) }],
])
/** A file with a header of one's own. */
const file = (header: unknown, data = Buffer.alloc(0)): Buffer => {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, data])
}

describe('safetensors', () => {
  it('gives back what was written, bit by bit', async () => {
    await writeSafetensors(path, arrays, { about: 'a test', ü: '"quoted"' })
    const read = await readSafetensors(path)
    expect(read.metadata).toEqual({ about: 'a test', ü: '"quoted"' })
    expect([...read.arrays]).toEqual([...arrays].map(([name, { shape, data }]) => [name, { shape, data }]))
    expect(Object.is(read.arrays.get('kernel')!.data[5], -0)).toBe(true)
    expect(await readdir(folder)).toEqual(['weights.safetensors'])
  })

  it('is the published format: length, JSON header padded to 8 bytes, little-endian data', async () => {
    await writeSafetensors(path, arrays, {})
    const bytes = await readFile(path)
    const length = Number(bytes.readBigUInt64LE(0))
    expect(length % 8).toBe(0)
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>
    expect(header['kernel']).toEqual({ dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] })
    expect(header['view']).toEqual({ dtype: 'F32', shape: [2], data_offsets: [28, 36] })
    expect(bytes.readFloatLE(8 + length + 8)).toBe(3.5)
    expect(bytes.length).toBe(8 + length + 36)
  })

  it.each([
    { what: 'an empty file', bytes: Buffer.alloc(0), message: 'at least 8 bytes, found 0' },
    { what: 'a header longer than the file', bytes: Buffer.alloc(64, 1), message: 'the header is cut short' },
    { what: 'a header that is no JSON', bytes: file('{{{{'), message: 'not that of a safetensors file' },
    {
      what: 'another number type',
      bytes: file({ a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, Buffer.alloc(2)),
      message: 'not that of a safetensors file',
    },
    {
      what: 'data that is cut short',
      bytes: file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, Buffer.alloc(7)),
      message: 'tensor a ends at byte',
    },
    {
      what: 'offsets that do not fit the shape',
      bytes: file({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, Buffer.alloc(8)),
      message: 'tensor a of shape [3] has 8 bytes',
    },
    {
      what: 'offsets that are no whole numbers of values',
      bytes: file({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 3] } }, Buffer.alloc(8)),
      message: 'tensor a of shape [1] has 3 bytes',
    },
  ])('refuses $what', async ({ bytes, message }) => {
    await writeFile(path, bytes)
    const error = await readSafetensors(path).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid-file' })
    expect((error as Error).message).toContain(message)
    expect((error as Error).message).toContain(path)
  })

  it('refuses a file that was cut anywhere', async () => {
    await writeSafetensors(path, arrays, { about: 'a test' })
    const whole = await readFile(path)
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length))
      await expect(readSafetensors(path), `${length} bytes`).rejects.toMatchObject({ code: 'invalid-file' })
    }
  })
})
