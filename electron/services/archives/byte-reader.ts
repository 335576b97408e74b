// Bytes of a stream by number instead of by chunk.
export interface ByteReader {
  /** Exactly so many; null when the stream ends before */
  readonly take: (bytes: number) => Promise<Buffer | null>
  /** At least one and at most so many; null at the end */
  readonly some: (most: number) => Promise<Buffer | null>
  /** @returns whether there were so many */
  readonly skip: (bytes: number) => Promise<boolean>
}

/** @param explain what an error of the stream means */
export function createByteReader(stream: AsyncIterable<Buffer>, explain: (error: unknown) => unknown): ByteReader {
  const chunks = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)

  async function some(most: number): Promise<Buffer | null> {
    while (rest.length === 0) {
      const next = await chunks.next().catch((error: unknown) => {
        throw explain(error)
      })
      if (next.done) return null
      rest = next.value
    }
    const piece = rest.subarray(0, most)
    rest = rest.subarray(piece.length)
    return piece
  }

  return {
    some,
    async take(bytes) {
      const pieces: Buffer[] = []
      for (let left = bytes; left > 0;) {
        const piece = await some(left)
        if (piece === null) return null
        pieces.push(piece)
        left -= piece.length
      }
      return Buffer.concat(pieces)
    },
    async skip(bytes) {
      for (let left = bytes; left > 0;) {
        const piece = await some(left)
        if (piece === null) return false
        left -= piece.length
      }
      return true
    },
  }
}
