// DICOM for read-image.ts: a series of a folder, or one file (an enhanced multiframe image, a single slice).
import { stat } from 'node:fs/promises'
import type { Geometry } from '../../../contract/geometry.ts'
import { damaged } from '../files/read-bytes.ts'
import type { ImageFormat, ImageRead } from '../image-format.ts'
import type { ImagePart } from '../image-source.ts'
import { dicomFacts, type DicomFacts } from './dicom-facts.ts'
import { findSeries, isBlanked, onlySeries } from './dicom-series.ts'
import { isDicom } from './parse-dicom.ts'
import { openDicomSegmentation, readSegmentationMap } from '../segmentation/dicom-segmentation.ts'
import { readDicomFile } from './read-dicom-file.ts'
import { readDicomGeometry, readDicomImage } from './read-dicom-image.ts'

interface Files {
  readonly where: string
  readonly paths: readonly string[]
  readonly number: number | null
  readonly notes: readonly string[]
  readonly kind: DicomFacts['kind']
}

export const dicom: ImageFormat = {
  name: 'DICOM',
  recognises: isDicom,
  async read(path, part, threads = 1): Promise<ImageRead> {
    const { paths, where, number, notes, kind } = await filesFor(path, part)
    if (kind === 'segmentation')
      return readSegmentationMap(openDicomSegmentation(await readDicomFile(path), path), path)
    const { volume, oddities } = await readDicomImage(paths, where, number, threads)
    return { volume, oddities: [...notes, ...oddities] }
  },
  async readGeometry(path, part): Promise<Geometry> {
    const { paths, where, kind } = await filesFor(path, part)
    if (kind === 'segmentation') return (await this.read(path, part)).volume.geometry
    return readDicomGeometry(paths, where)
  },
  filesOf: async (path, part) => [...(await filesFor(path, part)).paths],
}

/** A folder without a series stands for the only one in it. @param path of a file, or of a folder */
async function filesFor(path: string, part: ImagePart | null): Promise<Files> {
  const number = part?.kind === 'volume' || part?.kind === 'series' ? part.number : null
  if (part?.kind !== 'series' && !(await isFolder(path))) {
    const facts = await dicomFacts(path)
    if (facts?.kind === 'other') {
      const kind = facts.modality || 'of unknown kind'
      throw damaged(path, `is a DICOM file without pixels (${kind}); expected CT, MR, PET, SEG or RTSTRUCT`)
    }
    if (facts?.kind === 'structures') {
      throw damaged(path, 'holds contours and no image; expected it as the label of the DICOM series it was drawn on')
    }
    return { where: path, paths: [path], number, notes: [], kind: facts?.kind ?? 'image' }
  }
  const series = part?.kind === 'series' ? await findSeries(path, part.uid) : await onlySeries(path)
  const where = `${path} (series ${series.uid.slice(-12)})`
  const copies = `${where}: ${series.copies} files are copies of others; used once`
  const blanked = `${where}: the files do not say which series they are of (their UIDs were blanked); those of the folder are taken for one`
  return {
    where,
    paths: series.files.map((file) => file.path),
    number,
    notes: [...(series.copies > 0 ? [copies] : []), ...(isBlanked(series.uid) ? [blanked] : [])],
    kind: 'image',
  }
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false
