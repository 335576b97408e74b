// Frames decoded by several threads are those that one thread decodes, and a damaged one says so.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CompressedFrame } from './compressed-frame.ts'
import { decodeFrames } from './decode-frames.ts'
import { openFrameDecoders } from './frame-decoders.ts'
import { decodeGuarded } from './guarded-codec.ts'
import { parseDicom } from './parse-dicom.ts'
import { pixelFormatOf } from './pixel-format.ts'

const syntaxes = join(import.meta.dirname, '../../../tests/fixtures/dicom/syntaxes')
const FRAMES = 12

async function open(name: string) {
  const path = join(syntaxes, name)
  const file = parseDicom(await readFile(path), path)
  return { file, path, format: pixelFormatOf(file.dataset, path) }
}

describe('several threads', () => {
  it.each(['jpeg-2000.dcm', 'jpeg-ls.dcm', 'jpeg-lossless.dcm', 'run-length.dcm'])('%s', async (name) => {
    const { file, path, format } = await open(name)
    const [alone] = await decodeFrames(file, format, path)
    await using decoders = openFrameDecoders(3)
    const frames = Array<number>(FRAMES).fill(0)
    const together = await decodeFrames(file, format, path, frames, decoders.decode)
    expect(together).toEqual(frames.map(() => alone))
    // What was handed over was a copy: the file can be decoded again.
    expect(await decodeFrames(file, format, path)).toEqual([alone])
  })

  it('a damaged frame fails alone, in whichever thread it is, with its code', async () => {
    const { file, path, format } = await open('jpeg-2000.dcm')
    await using decoders = openFrameDecoders(3)
    let good: CompressedFrame | null = null
    await decodeFrames(file, format, path, [0], async (frame) => decoders.decode((good = frame)))
    const whole = good as unknown as CompressedFrame
    const cut = { ...whole, stream: whole.stream.subarray(0, 60), path: 'cut.dcm' }
    const outcomes = await Promise.allSettled([cut, whole, cut, whole, cut, cut, whole].map(decoders.decode))
    expect(outcomes.map(({ status }) => status)).toEqual(
      ['rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled'], // as they were asked for
    )
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
    for (const failure of failures) {
      expect(failure).toMatchObject({ name: 'OrganMosaicError', code: 'invalid-file' })
      expect(failure.message).toMatch(/^cut\.dcm holds compressed pixels of 0 x 0/)
    }
  })
})

describe('a JPEG-LS stream that its decoder would count on for very long', () => {
  const endless = '../damaged/jpeg-ls-endless.dcm'

  it('is answered as damaged, and the next frame is decoded', { timeout: 60_000 }, async () => {
    const { file, path, format } = await open(endless)
    await expect(decodeFrames(file, format, path)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('its compressed pixels cannot be decoded'),
    })
    const whole = await open('jpeg-ls.dcm')
    expect(await decodeFrames(whole.file, whole.format, whole.path)).toHaveLength(1)
  })

  it('is ended at its limit; those that wait behind it are decoded', { timeout: 60_000 }, async () => {
    const streamOf = async (name: string): Promise<CompressedFrame> => {
      const { file, path, format } = await open(name)
      const frames: CompressedFrame[] = []
      await decodeFrames(file, format, path, [0], async (frame) => {
        frames.push(frame)
        return new Uint8Array()
      })
      return frames[0]
    }
    const [bad, good] = await Promise.all([streamOf(endless), streamOf('jpeg-ls.dcm')])
    const request = ({ stream, path }: CompressedFrame) => ({ name: 'JpegLSDecoder' as const, stream, path })
    const [ended, decoded] = await Promise.allSettled([
      decodeGuarded(request(bad), 0, 20),
      decodeGuarded(request(good), 1e6),
    ])
    expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'invalid-file' } })
    expect(decoded).toMatchObject({ status: 'fulfilled', value: { width: 40, height: 32 } })
  })
})
