// Images that a browser sent to be segmented: files in the workspace that a person sees listed and removes.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Upload } from '../../../contract/output.ts'
import { isArchiveName } from '../archives/open-archive.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { requireFilePath } from './file-path.ts'

const MOST_BYTES = 8 * 1024 ** 3
/** Images that are one file: the other part of a pair would not come along. Or archives, which hold anything. */
const isImageName = (file: string): boolean => /\.(nii|nii\.gz|nrrd|mha)$/i.test(file) || isArchiveName(file)
const PARTIAL = '.part'

export interface ImageUploads {
  /** Alphabetical. */
  readonly list: () => Upload[]
  /** @throws OrganMosaicError `usage` for a name that is no image's or a body that is too large, `conflict` for a second file of a name */
  readonly store: (file: string, body: ReadableStream<Uint8Array> | null, signal: AbortSignal) => Promise<Upload>
  /** @returns what is left @throws OrganMosaicError `not-found` */
  readonly remove: (file: string) => Upload[]
}

export function createImageUploads(workspace: Workspace): ImageUploads {
  const folder = join(workspace.home, 'uploaded-images')

  const describe = (file: string): Upload => {
    const path = join(folder, file)
    return { file, path, bytes: statSync(path).size }
  }

  const list = (): Upload[] => (existsSync(folder) ? readdirSync(folder).filter(isImageName).sort().map(describe) : [])

  return {
    list,
    async store(file, body, signal) {
      const path = join(folder, checkName(file))
      if (existsSync(path)) {
        throw new OrganMosaicError(
          'conflict',
          `${file} was uploaded before; remove that one first, or rename this one.`,
        )
      }
      if (!body) throw new OrganMosaicError('usage', `The upload of ${file} has no content.`)
      mkdirSync(folder, { recursive: true })
      const partial = `${path}.${crypto.randomUUID()}${PARTIAL}`
      // Opened first: a stream that fails at once would create its file after it was cleaned away.
      const handle = await open(partial, 'wx')
      try {
        await pipeline(Readable.from(body), limitTo(file), handle.createWriteStream(), { signal })
        await rename(partial, path)
      } finally {
        rmSync(partial, { force: true })
      }
      return describe(file)
    },
    remove(file) {
      const path = join(folder, checkName(file))
      if (!existsSync(path)) throw new OrganMosaicError('not-found', `${file} is no uploaded image.`)
      rmSync(path)
      return list()
    },
  }
}

/** The name becomes a file name as it is: nothing in it may lead elsewhere or hide it. */
function checkName(file: string): string {
  if (isImageName(file) && requireFilePath(file).length === 1) return file
  throw new OrganMosaicError(
    'usage',
    `${JSON.stringify(file)} is not the name of an image; expected a file name that ends in .nii, .nii.gz, .nrrd or .mha, or an archive (.zip, .tar.gz, .tar).`,
  )
}

function limitTo(file: string) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0
    for await (const chunk of chunks) {
      bytes += chunk.byteLength
      if (bytes > MOST_BYTES) {
        throw new OrganMosaicError(
          'usage',
          `${file} is larger than ${MOST_BYTES / 1024 ** 3} GiB; choose it by its folder instead.`,
          {
            details: { status: 413 },
          },
        )
      }
      yield chunk
    }
  }
}
