// The one way to a label: a label map or mask in any format of read-image.ts, or one named structure of a segmentation,
// painted onto the grid of its image.
import { stat } from 'node:fs/promises'
import type { Geometry } from '../../contract/geometry.ts'
import { OrganMosaicError } from '../../contract/errors.ts'
import { kindOf } from './dicom/dicom-facts.ts'
import { isDicom } from './dicom/parse-dicom.ts'
import { readDicomFile } from './dicom/read-dicom-file.ts'
import { readStart } from './files/read-bytes.ts'
import type { ImageRead } from './image-format.ts'
import { parseSource, type LabelValues } from './image-source.ts'
import { isNrrd } from './nrrd/nrrd-fields.ts'
import { readNrrdHeader } from './nrrd/read-nrrd.ts'
import { readImage } from './read-image.ts'
import { openDicomSegmentation } from './segmentation/dicom-segmentation.ts'
import type { Segmentation } from './segmentation/segmentation.ts'
import { isSlicerSegmentation, openSlicerSegmentation } from './segmentation/slicer-segmentation.ts'
import { openStructureSet } from './segmentation/structure-set.ts'

const TOLERANCE = 1e-3

/**
 * @param address a path, with the part that is meant (image-source.ts)
 * @param grid of the image that it belongs to; a plain label map keeps its own
 * @throws OrganMosaicError as readImage; invalid-data for a structure that does not lie on the grid
 */
export async function readLabel(address: string, grid: Geometry | null): Promise<ImageRead> {
  const { path, part } = parseSource(address)
  if (part?.kind === 'values') return withValues(await readImage(path), part)
  if (part?.kind !== 'segment') return readImage(address)
  const segmentation = await openSegmentation(path)
  if (segmentation) return segmentation.paint(part.id, grid)
  throw new OrganMosaicError('invalid-data', `${path} holds no named segments any more; register the dataset again.`)
}

/** What nothing declares stays, for whoever checks what a label file holds; declared values of other structures go. */
function withValues({ volume, oddities }: ImageRead, { values, declared }: LabelValues): ImageRead {
  const [mark] = values
  const [own, others] = [new Set(values), new Set(declared)]
  const data = volume.data.slice()
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue
    // Slope and intercept may leave a value a little off.
    const value = Math.round(data[at])
    if (Math.abs(data[at] - value) > TOLERANCE) continue
    if (own.has(value)) data[at] = mark
    else if (others.has(value)) data[at] = 0
  }
  return { volume: { ...volume, data }, oddities }
}

/** null for a file without named structures. @throws OrganMosaicError as readImage */
export async function openSegmentation(path: string): Promise<Segmentation | null> {
  const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: -1 }))
  const key = `${path} ${size} ${mtimeMs}`
  if (last?.key !== key) last = { key, opened: openAnew(path) }
  return last.opened
}

/** The structures of a file are asked for one after the other: the file last opened is kept. */
let last: { key: string; opened: Promise<Segmentation | null> } | null = null

async function openAnew(path: string): Promise<Segmentation | null> {
  const start = await readStart(path, 4096)
  if (isDicom(start)) return openDicomLabels(path)
  if (!isNrrd(start)) return null
  const file = await readNrrdHeader(path)
  return isSlicerSegmentation(file) ? openSlicerSegmentation(file, path) : null
}

async function openDicomLabels(path: string): Promise<Segmentation | null> {
  const file = await readDicomFile(path)
  const kind = kindOf(file.dataset)
  if (kind === 'segmentation') return openDicomSegmentation(file, path)
  return kind === 'structures' ? openStructureSet(file, path) : null
}
