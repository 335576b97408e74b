// Which images a person means who names places to segment: files of every kind that is read, folders of them, DICOM in
// folders of any depth, and addresses of a part (imaging/image-source.ts).
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { Channel } from '../../../contract/channel.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import {
  groupSeries,
  isVolumeSeries,
  listFiles,
  type DicomSeries,
} from '../../../trainer/imaging/dicom/dicom-series.ts'
import { dicomFacts } from '../../../trainer/imaging/dicom/dicom-facts.ts'
import { parseSource, pathOf, seriesAddress } from '../../../trainer/imaging/image-source.ts'
import { isImageFile } from '../../../trainer/imaging/read-image.ts'
import { nameSeries } from '../datasets/layouts/dicom-case-names.ts'
import { isVolume, stemOf, VOLUME_ENDINGS } from '../datasets/layouts/case-files.ts'
import { channelInputOf, channelInputsIn, oneChannelOnly } from './channel-inputs.ts'
import { asFileName, refuseSameIds, type Inputs } from './prediction-inputs.ts'

type Input = Inputs[number]

/**
 * @param channels that an image must have; of several, files are numbered (channel-inputs.ts)
 * @param places files, addresses, or folders: the images in a folder (not those of its subfolders), else the DICOM series
 *   in it at any depth
 * @throws OrganMosaicError `not-found` for a place without an image, `usage` when two images would have one name
 */
export async function findImages(places: readonly string[], channels: readonly Channel[]): Promise<Inputs> {
  const found: Input[] = []
  for (const place of places) found.push(...(await imagesAt(resolve(place), channels)))
  return refuseSameIds([...new Map(found.map((input) => [input.images.join('\n'), input])).values()])
}

async function imagesAt(place: string, channels: readonly Channel[]): Promise<Input[]> {
  const path = pathOf(place)
  const state = await stat(path).catch(() => null)
  if (!state) {
    throw new OrganMosaicError(
      'not-found',
      `There is no file or folder ${path}; expected images (${VOLUME_ENDINGS}, DICOM) or folders of them.`,
    )
  }
  const several = channels.length > 1
  if (path !== place && several) throw oneChannelOnly(place, channels)
  if (path !== place) return [{ id: idOfPart(place), images: [place] }]
  if (several && isVolume(path)) return [await channelInputOf(path, channels)]
  const inputs = several && state.isDirectory() ? await channelInputsIn(path, channels) : []
  if (inputs.length > 0) return inputs
  const found = state.isDirectory() ? await imagesInFolder(path) : [await imageOfFile(path)]
  if (several) throw oneChannelOnly(found[0].images[0], channels)
  return found
}

async function imagesInFolder(folder: string): Promise<Input[]> {
  const volumes = (await readdir(folder))
    .filter((name) => isVolume(name) && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
  if (volumes.length > 0) return volumes.map((image) => ({ id: caseIdOf(image), images: [image] }))
  const series = await seriesToSegment(await listFiles(folder))
  if (series.length > 0) return nameEach(series, dirname(folder))
  throw new OrganMosaicError(
    'not-found',
    `${folder} holds no image; expected files that end in ${VOLUME_ENDINGS}, or DICOM series.`,
  )
}

/** One slice of a series stands for the series: nobody segments a single slice of a scan. */
async function imageOfFile(path: string): Promise<Input> {
  const facts = isVolume(path) ? null : await dicomFacts(path)
  if (facts?.kind === 'image' && facts.frames === 1) {
    const all = await seriesToSegment(await listFiles(dirname(path)))
    const [own] = all.filter(({ uid }) => uid === facts.series)
    if (own) return nameEach([own], dirname(own.folder))[0]
  }
  if (facts !== null || isVolume(path) || (await isImageFile(path))) return { id: caseIdOf(path), images: [path] }
  throw new OrganMosaicError(
    'not-found',
    `${path} is no image of a known kind; expected a file that ends in ${VOLUME_ENDINGS}, or DICOM.`,
  )
}

/** Scouts and single images are left out where there are whole scans. */
async function seriesToSegment(files: readonly string[]): Promise<DicomSeries[]> {
  const all = (await groupSeries(files)).filter(isVolumeSeries)
  const scans = all.filter(({ files: slices }) => slices.length > 1 || slices[0].frames > 1)
  return scans.length > 0 ? scans : all
}

/** @param above the folder that names are relative to */
function nameEach(series: readonly DicomSeries[], above: string): Input[] {
  const names = nameSeries(
    series.map(({ uid, folder }) => ({ uid, folder: relative(above, folder).split(sep).join('/') })),
  )
  return series.map(({ uid, folder }) => ({
    id: asFileName(names.get(uid) ?? uid),
    images: [seriesAddress(folder, uid)],
  }))
}

/** nnU-Net numbers the channels of its images (case_0000.nii.gz) and not its label maps (case.nii.gz). */
const caseIdOf = (image: string): string =>
  asFileName(stemOf(basename(image)).replace(/\.(dcm|dicom|ima|hdr)$/i, '')).replace(/(?<=.)_0000$/, '')

/** 'scan/mr.nii.gz#volume=2' -> 'mr_volume-2'; a series is called by its folder and the end of its number. */
function idOfPart(address: string): string {
  const { path, part } = parseSource(address)
  const stem = caseIdOf(path)
  if (part?.kind === 'volume') return `${stem}_volume-${part.number}`
  if (part?.kind !== 'series') return stem
  return asFileName(`${stem}_${part.uid.slice(-12)}${part.number === null ? '' : `_volume-${part.number}`}`)
}
