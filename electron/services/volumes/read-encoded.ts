// Test helper: the bytes that getVolume answers, taken apart again.
import {
  VolumeContentSchema,
  VolumeHeaderSchema,
  type VolumeContent,
  type VolumeHeader,
} from '../../../contract/api/volumes.ts'

export interface Encoded {
  header: VolumeHeader
  /** Axial, coronal, sagittal. */
  planes: number[][]
  /** [depth, height, width] */
  voxels: number[]
  content: VolumeContent
}

const arrays = { uint8: Uint8Array, int8: Int8Array, int16: Int16Array, uint16: Uint16Array }

export async function readEncoded(body: ReadableStream<Uint8Array> | null): Promise<Encoded> {
  const bytes = new Uint8Array(await new Response(body).arrayBuffer())
  const view = new DataView(bytes.buffer)
  let at = 0
  const json = (): unknown => {
    const length = view.getUint32(at, true)
    at += 4 + length
    return JSON.parse(new TextDecoder().decode(bytes.subarray(at - length, at)))
  }
  const header = VolumeHeaderSchema.parse(json())
  const type = arrays[header.type]
  const numbers = (count: number): number[] => {
    const from = at
    at += count * type.BYTES_PER_ELEMENT
    return [...new type(bytes.slice(from, at).buffer)]
  }
  const [depth, height, width] = header.geometry.shape
  const planes = [numbers(height * width), numbers(depth * width), numbers(depth * height)]
  const voxels = numbers(depth * height * width)
  return { header, planes, voxels, content: VolumeContentSchema.parse(json()) }
}
