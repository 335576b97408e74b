// Datasets of one collection, made to differ as those of hospitals do: each folder gets the look of a scanner of its own, and
// the cases of a folder for testing get all looks in turn. Labels stay as they are. For CT in NIfTI files.
// usage: npm run results:scanners -- SOURCE_FOLDER OUTPUT_FOLDER
import { existsSync } from 'node:fs'
import { copyFile, link, mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { OrganMosaicError } from '../../contract/errors.ts'
import { addScannerLook } from '../../electron/services/demo/phantom/scanner-look.ts'
import { readNifti } from '../../trainer/imaging/nifti/read-nifti.ts'
import { writeNifti } from '../../trainer/imaging/nifti/write-nifti.ts'
import { createRandom } from '../../trainer/imaging/random.ts'
import type { Volume } from '../../trainer/imaging/volume.ts'

/** contrast multiplies CT numbers: water stays, air and bone move, as with another tube voltage or a cone beam. */
const SCANNERS = [
  { name: 'sharp and noisy', contrast: 1, kernel: -0.08, noiseSd: 50, offsetHu: 0 },
  { name: 'smooth', contrast: 1, kernel: 0.25, noiseSd: 8, offsetHu: 15 },
  { name: 'cone beam', contrast: 0.75, kernel: 0.1, noiseSd: 30, offsetHu: -60 },
] as const

/** Where nothing was measured, or published; it stays. */
const NOTHING_HU = -1024

/**
 * Writes OUTPUT/NAME for each folder SOURCE/NAME, in the same layout; the first for training has the first scanner, and so
 * on. A folder is for testing when its name begins with "test". Labels and other files are hard links where that works.
 * @returns for each folder, in the order of their names, the scanners of its images
 * @throws OrganMosaicError conflict when a folder exists, invalid-data where a folder has no CT image
 */
export async function makeDifferentScanners(source: string, output: string): Promise<Map<string, string>> {
  const entries = await readdir(source, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const made = new Map<string, string>()
  let trained = 0
  for (const name of names.sort()) {
    if (existsSync(join(output, name))) {
      throw new OrganMosaicError(
        'conflict',
        `${join(output, name)} exists already; remove it or choose another folder.`,
      )
    }
    const own = name.startsWith('test') ? null : trained++ % SCANNERS.length
    const images = await rescan(join(source, name), join(output, name), own)
    if (images === 0) {
      throw new OrganMosaicError('invalid-data', `${join(source, name)}: expected CT in .nii.gz files, found none.`)
    }
    made.set(name, `${images} images, ${own === null ? 'each scanner in turn' : SCANNERS[own]?.name}`)
  }
  return made
}

/** @param own place in SCANNERS; null: each in turn @returns how many images it has */
async function rescan(source: string, target: string, own: number | null): Promise<number> {
  const entries = await readdir(source, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  let images = 0
  for (const path of paths.sort()) {
    const copy = join(target, path.slice(source.length + 1))
    await mkdir(dirname(copy), { recursive: true })
    const volume = path.endsWith('.nii.gz') ? (await readNifti(path)).volume : null
    if (volume?.data.some((value) => value < 0)) {
      // Only CT numbers go below zero; labels do not.
      await writeNifti(copy, lookOf(volume, own ?? images % SCANNERS.length, path.slice(source.length)))
      images++
    } else {
      // Links do not reach across file systems, and some file systems have none.
      await link(path, copy).catch(() => copyFile(path, copy))
    }
  }
  return images
}

function lookOf({ data, geometry }: Volume, place: number, key: string): Volume {
  const scanner = SCANNERS[place] as (typeof SCANNERS)[number]
  const hu = Float32Array.from(data, (value) => value * scanner.contrast)
  const everywhereAlike = new Float32Array(data.length).fill(0.5)
  const seen = addScannerLook(hu, geometry.shape, everywhereAlike, scanner, createRandom(key, 'scanner'))
  return { data: seen.map((value, voxel) => ((data[voxel] as number) <= NOTHING_HU ? NOTHING_HU : value)), geometry }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [source, output] = process.argv.slice(2)
  if (!source || !output) {
    console.error('usage: make-different-scanners SOURCE_FOLDER OUTPUT_FOLDER')
    process.exit(2)
  }
  try {
    for (const [name, scanners] of await makeDifferentScanners(source, output)) console.log(`${name}: ${scanners}`)
  } catch (error) {
    if (!(error instanceof OrganMosaicError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
