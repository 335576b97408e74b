// The process that reads mutants: one that hangs, crashes or fills the memory is seen from outside.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatasetSchema } from '../../contract/dataset.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import { GeometrySchema } from '../../contract/geometry.ts'
import { registerDataset } from '../../electron/services/datasets/register-dataset.ts'
import { loadVocabulary } from '../../electron/services/vocabulary/load-vocabulary.ts'
import { pathOf } from '../../trainer/imaging/image-source.ts'
import { filesOfImage, readImage, readImageGeometry } from '../../trainer/imaging/read-image.ts'
import { openSegmentation, readLabel } from '../../trainer/imaging/read-label.ts'
import { voxelCount, type Volume } from '../../trainer/imaging/volume.ts'
import type { FuzzAnswer, FuzzJob } from './fuzz-job.ts'

const work: Record<FuzzJob['kind'], (job: FuzzJob) => Promise<void>> = {
  async image({ address }) {
    const { volume } = await readImage(address)
    requireSound(volume)
    await readImageGeometry(address)
    await filesOfImage(address)
  },
  async label({ address, image }) {
    const grid = image === null ? null : await readImageGeometry(image)
    const segmentation = await openSegmentation(address)
    if (!segmentation) return requireSound((await readLabel(address, grid)).volume)
    for (const { id } of segmentation.segments) requireSound((await segmentation.paint(id, grid)).volume)
  },
  async dataset({ address }) {
    const home = mkdtempSync(join(tmpdir(), 'organ-mosaic-fuzz-home-'))
    try {
      const request = { folder: address, name: 'fuzz' }
      const dataset = await registerDataset(request, { workspaceFolder: home, vocabulary: loadVocabulary() })
      DatasetSchema.parse(dataset)
      const broken = dataset.findings.find(({ message }) => isProgrammersWord(message))
      if (broken) throw new Error(`a finding that nobody understands: ${broken.message}`)
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  },
}

/** A correct import: numbers where the geometry says they are, and a geometry that is one. */
function requireSound({ data, geometry }: Volume): void {
  GeometrySchema.parse(geometry)
  const { shape, spacingMm, origin, direction } = geometry
  if (data.length !== voxelCount(shape)) throw new Error(`${data.length} voxels in the shape ${shape.join(' x ')}`)
  if (data.length === 0) throw new Error('no voxel')
  if (![...spacingMm, ...origin, ...direction].every(Number.isFinite)) throw new Error('a geometry that is not finite')
  if (!spacingMm.every((mm) => mm > 0)) throw new Error(`the spacing ${spacingMm.join(' x ')}`)
}

/** What the language says of its own accord, and no person should read. */
const isProgrammersWord = (message: string): boolean =>
  /undefined|not a function|Cannot read|Invalid typed array|out of bounds|Maximum call stack|is not iterable|Array buffer/i.test(
    message,
  )

async function answer(job: FuzzJob): Promise<FuzzAnswer> {
  const peakBytes = (): number => process.resourceUsage().maxRSS * 1024
  try {
    await work[job.kind](job)
    return { outcome: 'imported', problem: null, peakBytes: peakBytes() }
  } catch (error) {
    const clear = error instanceof OrganMosaicError && error.code !== 'internal' && !isProgrammersWord(error.message)
    const problem = clear ? await stillReads(job) : error instanceof Error ? (error.stack ?? error.message) : `${error}`
    return { outcome: error instanceof OrganMosaicError ? error.code : 'crash', problem, peakBytes: peakBytes() }
  }
}

async function stillReads(job: FuzzJob): Promise<string | null> {
  if (job.kind === 'dataset') return null
  try {
    await work[job.kind]({ ...job, address: job.original })
    return null
  } catch (error) {
    return `after it, ${pathOf(job.original)} cannot be read any more: ${error instanceof Error ? error.stack : error}`
  }
}

process.on('message', (job: FuzzJob) => {
  void answer(job).then((result) => process.send?.(result))
})
