// Reads the bytes of getVolume as they come: header and middle planes first, then voxels into one array, then content.
import { VolumeContentSchema, VolumeHeaderSchema, type VolumeHeader } from '../../contract/api/volumes.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import { bytesPerVoxel, createArray, type StoredArray, type Volume } from './volume.ts'

export interface VolumeProgress {
  /** The middle planes are there. */
  onStart: (volume: Volume) => void
  /** @param share of the voxels, 0 to 1 */
  onProgress?: (share: number) => void
}

/** @throws OrganMosaicError `environment` when the connection ends early */
export async function loadVolume(response: Response, { onStart, onProgress }: VolumeProgress): Promise<Volume> {
  const source = new ByteSource(response)
  const header = VolumeHeaderSchema.parse(await source.readJson())
  const [depth, height, width] = header.geometry.shape
  const read = async (voxels: number, progress?: (share: number) => void): Promise<StoredArray> =>
    createArray(header.type, await source.readExactly(voxels * bytesPerVoxel(header.type), progress))
  const planes = [await read(height * width), await read(depth * width), await read(depth * height)] as const
  const start: Volume = { header, planes, data: null, content: { segments: [] } }
  onStart(start)
  const data = await read(depth * height * width, onProgress)
  return { ...start, data, content: VolumeContentSchema.parse(await source.readJson()) }
}

class ByteSource {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>
  private rest: Uint8Array = new Uint8Array(0)

  constructor(response: Response) {
    if (!response.body) throw ended()
    this.reader = response.body.getReader()
  }

  async readExactly(length: number, onProgress?: (share: number) => void): Promise<ArrayBuffer> {
    const target = new Uint8Array(length)
    let filled = 0
    let reported = 0
    while (filled < length) {
      if (this.rest.byteLength === 0) await this.fetchMore()
      const part = this.rest.subarray(0, length - filled)
      target.set(part, filled)
      filled += part.byteLength
      this.rest = this.rest.subarray(part.byteLength)
      // In whole percent: thousands of pieces arrive, and each report is drawn.
      const share = Math.floor((100 * filled) / length) / 100
      if (share > reported || filled === length) onProgress?.((reported = share))
    }
    return target.buffer
  }

  async readJson(): Promise<unknown> {
    const length = new DataView(await this.readExactly(4)).getUint32(0, true)
    return JSON.parse(new TextDecoder().decode(await this.readExactly(length)))
  }

  private async fetchMore(): Promise<void> {
    const { value, done } = await this.reader.read()
    if (done) throw ended()
    this.rest = value
  }
}

const ended = (): OrganMosaicError =>
  new OrganMosaicError('environment', 'The connection ended before the whole volume was there; open the case again.')

/** Whether two volumes can lie over each other: the same number of voxels along every axis. */
export const sameGrid = (a: VolumeHeader, b: VolumeHeader): boolean =>
  a.geometry.shape.every((size, axis) => size === b.geometry.shape[axis])
