// The files that mutants are made from: the small fixtures of every format, each with the files it consists of.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { filesOfImage, readImage } from '../../trainer/imaging/read-image.ts'
import { pathOf, volumeAddress } from '../../trainer/imaging/image-source.ts'
import type { FuzzJob } from './fuzz-job.ts'
import { writeFuzzDatasets } from './fuzz-datasets.ts'

export interface FuzzSource {
  readonly name: string
  readonly kind: FuzzJob['kind']
  readonly image: string | null
  /** Path of the folder whose files are changed */
  readonly folder: string
  /** Below it; the first is what is read */
  readonly files: ReadonlyMap<string, Buffer>
  /** What is read, below the folder: a file, a part of one, or '' for the folder itself */
  readonly address: string
}

const FIXTURES = join(import.meta.dirname, '../fixtures')
const IMAGE = /\.(nrrd|nhdr|mha|mhd|nii|nii\.gz|img|dcm)$/

/** @param folder an empty one, for sources that are written here */
export async function collectSources(folder: string): Promise<FuzzSource[]> {
  const series = join(FIXTURES, 'dicom/mixed#series=1.2.826.0.1.3680043.10.99999.2')
  const images = ['nifti', 'formats', 'dicom', 'dicom/syntaxes'].flatMap((place) =>
    readdirSync(join(FIXTURES, place))
      .filter((name) => IMAGE.test(name) && name !== 'structures.dcm')
      .map((name) => join(FIXTURES, place, name)),
  )
  const labels = [
    'structures.dcm',
    ...readdirSync(join(FIXTURES, 'dicom/segmentations')).map((name) => `segmentations/${name}`),
  ]
  return [
    ...(await Promise.all([...images, series].map((address) => sourceOf('image', address, null)))),
    ...(await Promise.all(labels.map((name) => sourceOf('label', join(FIXTURES, 'dicom', name), series)))),
    ...writeFuzzDatasets(folder).map(datasetSource),
  ]
}

async function sourceOf(kind: FuzzJob['kind'], given: string, image: string | null): Promise<FuzzSource> {
  // Of several volumes in one file, the second.
  const several =
    kind === 'image' &&
    (await readImage(given).then(
      () => false,
      () => true,
    ))
  const address = several ? volumeAddress(given, 2) : given
  const path = pathOf(address)
  const isSeries = address.includes('#series=')
  const folder = isSeries ? path : dirname(path)
  // A structure set is no image and has itself only.
  const paths = await filesOfImage(address).catch(() => [path])
  const files = new Map(paths.map((each) => [relative(folder, each), readFileSync(each)]))
  const part = address.slice(path.length)
  return {
    name: relative(FIXTURES, path),
    kind,
    image,
    folder,
    files,
    address: isSeries ? part : basename(path) + part,
  }
}

function datasetSource(path: string): FuzzSource {
  const isFile = /\.(zip|tar\.gz|tgz)$/.test(path)
  const folder = isFile ? dirname(path) : path
  const names = isFile
    ? [basename(path)]
    : readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(path, join(entry.parentPath, entry.name)))
  const files = new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]))
  return { name: basename(path), kind: 'dataset', image: null, folder, files, address: isFile ? basename(path) : '' }
}

/** @returns the address of the mutant */
export function writeMutant(
  { files, address }: FuzzSource,
  folder: string,
  change: (bytes: Buffer, at: number) => Buffer,
): string {
  for (const [at, [name, bytes]] of [...files].entries()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), change(bytes, at))
  }
  return address === '' || address.startsWith('#') ? `${folder}${address}` : join(folder, address)
}
