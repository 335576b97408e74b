// The three middle planes of images, kept in the workspace's cache when a case is registered or first looked at: a case
// is then on the screen while its file is still being read. Whatever is missing there is made again.
import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflate as deflateWithCallback, inflate as inflateWithCallback } from 'node:zlib'
import { VolumeHeaderSchema } from '../../../contract/api/volumes.ts'
import { pathOf } from '../../../trainer/imaging/image-source.ts'
import { filesOfImage } from '../../../trainer/imaging/read-image.ts'
import { writeFileAtomically } from '../../../trainer/imaging/write-file-atomically.ts'
import type { ImagePlanes } from './describe-image.ts'
import { framed } from './framed.ts'

/** Counts up whenever an image gets another header or other planes: they must fit the voxels that follow them. */
const VERSION = 2
const [deflate, inflate] = [promisify(deflateWithCallback), promisify(inflateWithCallback)]
const HeaderSchema = VolumeHeaderSchema.omit({ window: true })

/** Where the planes of an image are kept, as its file is now. */
export interface KeptPlanes {
  /** null when there are none */
  readonly read: () => Promise<ImagePlanes | null>
  /** Never fails: a cache that cannot be written costs time and nothing else. */
  readonly save: (planes: ImagePlanes) => Promise<void>
}

/** Asked before the image is read: what is written to meanwhile is another image. @param image absolute path */
export type FirstPlanes = (image: string) => Promise<KeptPlanes>

export function openFirstPlanes(cacheFolder: string): FirstPlanes {
  const folder = join(cacheFolder, 'first-planes')
  return async (image) => {
    const name = await nameOf(image)
    return {
      async read() {
        if (name === null) return null
        const bytes = await readFile(join(folder, name)).catch(() => null)
        return bytes && (await unpack(bytes).catch(() => null))
      },
      async save(planes) {
        if (name === null) return
        try {
          await mkdir(folder, { recursive: true })
          await writeFileAtomically(join(folder, name), await pack(planes))
        } catch {
          return
        }
      },
    }
  }
}

async function nameOf(image: string): Promise<string | null> {
  const files = await filesOfImage(image).catch(() => [pathOf(image)])
  const states = await Promise.all(files.map((file) => stat(file).catch(() => null)))
  if (states.length === 0 || states.some((state) => state === null || state.isDirectory())) return null
  const content = states.map((state) => [state?.size, state?.mtimeMs])
  const key = createHash('sha256').update(JSON.stringify([VERSION, image, content]))
  return `${key.digest('hex').slice(0, 32)}.planes`
}

const pack = ({ header, planes }: ImagePlanes): Promise<Buffer> =>
  deflate(Buffer.concat([framed(header), planes]), { level: 1 })

async function unpack(packed: Buffer): Promise<ImagePlanes> {
  const bytes = await inflate(packed)
  const end = 4 + bytes.readUInt32LE(0)
  const header = HeaderSchema.parse(JSON.parse(bytes.toString('utf8', 4, end)))
  // A copy of their own: 16-bit numbers must begin at an even byte.
  return { header, planes: new Uint8Array(bytes.subarray(end)) }
}
