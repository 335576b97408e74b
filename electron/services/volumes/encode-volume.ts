// A decoded volume as the bytes of contract/api/volumes.ts: header, middle planes, voxels, content. Nothing is copied.
import { framed } from './framed.ts'
import type { DecodedVolume } from './volume-decoder.ts'

/** Large enough that few pieces cross the connection, small enough that the first is there at once. */
const PIECE = 4 * 1024 * 1024

/**
 * Waits for the start, so that whatever is wrong with the files is an error and no broken stream.
 * @throws OrganMosaicError of the files
 */
export async function encodeVolume(volume: DecodedVolume): Promise<ReadableStream<Uint8Array>> {
  const { header, planes } = await volume.start
  const pieces = piecesOf(volume, [framed(header), planes])
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

async function* piecesOf({ rest }: DecodedVolume, first: readonly Uint8Array[]): AsyncGenerator<Uint8Array, undefined> {
  yield* first
  const { voxels, content } = await rest
  for (let from = 0; from < voxels.byteLength; from += PIECE) yield voxels.subarray(from, from + PIECE)
  yield framed(content)
  return undefined
}
