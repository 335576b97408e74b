// Images of several channels to segment, as nnU-Net names them: case_0000, case_0001 ... lie in one folder and are one
// image. A file without such a number holds its channels as volumes.
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { listChannels, type Channel } from '../../../contract/channel.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { volumeAddress } from '../../../trainer/imaging/image-source.ts'
import { channelFiles, isVolume, stemOf } from '../datasets/layouts/case-files.ts'
import { asFileName, type Inputs } from './prediction-inputs.ts'

type Input = Inputs[number]

/** @param folder absolute. @throws OrganMosaicError usage for a case that lacks a channel */
export async function channelInputsIn(folder: string, channels: readonly Channel[]): Promise<Input[]> {
  const names = (await readdir(folder)).filter((name) => isVolume(name) && !name.startsWith('.')).sort()
  return [...channelFiles(names, channels.length)].map(([id, files]) => {
    const [[first]] = files.filter((some) => some.length > 0)
    const isNumbered = /_\d{4}$/.test(stemOf(first))
    const images = isNumbered
      ? files.map(([file], at) => join(folder, file ?? missing(id, folder, channels, at)))
      : channels.map((_, at) => volumeAddress(join(folder, first), at + 1))
    return { id: asFileName(id), images }
  })
}

/** The image that a file is a channel of, whichever. @throws OrganMosaicError usage */
export async function channelInputOf(path: string, channels: readonly Channel[]): Promise<Input> {
  const [id] = [...channelFiles([basename(path)], channels.length).keys()]
  const all = await channelInputsIn(dirname(path), channels)
  const own = all.find((input) => input.id === asFileName(id))
  if (own) return own
  throw oneChannelOnly(path, channels)
}

/** For what can only be one channel: a DICOM series, a chosen volume. */
export const oneChannelOnly = (place: string, channels: readonly Channel[]): OrganMosaicError =>
  new OrganMosaicError(
    'usage',
    `${place} is one image, and the models take the channels ${listChannels(channels)}; ` +
      'expected a file a channel, called case_0000, case_0001 ..., or a 4D file with these volumes.',
  )

function missing(id: string, folder: string, channels: readonly Channel[], at: number): never {
  const number = String(at).padStart(4, '0')
  throw new OrganMosaicError(
    'usage',
    `Image ${id} has no file of channel ${channels[at].name} (expected ${id}_${number} in ${folder}); add it, or ` +
      `leave ${id} out. The models take the channels ${listChannels(channels)}.`,
  )
}
