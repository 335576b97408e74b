// One hash of the files of a case: whether they are still those that were registered.
import { join } from 'node:path'
import { hashFile } from './hash.ts'
import { filesOfImage } from './read-image.ts'

interface CaseFiles {
  /** Relative to the dataset's root, as the labels' paths. */
  readonly images: readonly (string | null)[]
  readonly labels: readonly { readonly path: string }[]
}

/** SHA-256 (hex) over the bytes of image and labels, each file once; null when one of them cannot be read. */
export async function hashCaseFiles(root: string, { images, labels }: CaseFiles): Promise<string | null> {
  const addresses = [...images, ...labels.map((label) => label.path)].map((path) => join(root, path ?? ''))
  try {
    const files = await Promise.all(addresses.map(filesOfImage))
    return await hashFile(...new Set(files.flat()))
  } catch {
    return null
  }
}
