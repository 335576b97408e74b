// The image channels of a dataset: which images a scan of one person consists of, and in which order. Every case of a
// dataset has all of them, on one grid; the datasets of a run have the same ones.
import { z } from 'zod'

export const ModalitySchema = z.enum(['CT', 'MR', 'other'])
export type Modality = z.infer<typeof ModalitySchema>

export const ChannelSchema = z.object({
  name: z.string().min(1).max(60).describe('As the lab calls it: CT, T1, T2, FLAIR'),
  modality: ModalitySchema.describe('CT is normalised by its numbers, everything else by volume'),
})
export type Channel = z.infer<typeof ChannelSchema>

/** In order: image n of a case is of channel n. */
export const ChannelsSchema = z.array(ChannelSchema).min(1).max(20)

/** The only channel of a dataset that says no more than what kind of images it holds. */
export const channelOf = (modality: Modality): Channel => ({
  name: modality === 'other' ? 'image' : modality,
  modality,
})

/** What a dataset is as a whole. */
export function modalityOfChannels(channels: readonly Channel[]): Modality {
  const [first, ...others] = channels.map(({ modality }) => modality)
  return first !== undefined && others.every((modality) => modality === first) ? first : 'other'
}

/** 'T1, T2' */
export const listChannels = (channels: readonly Channel[]): string => channels.map(({ name }) => name).join(', ')

/**
 * Whether images of one can go where images of the other are expected. A single channel cannot be mistaken for another,
 * so its name does not count.
 */
export function sameChannels(a: readonly Channel[], b: readonly Channel[]): boolean {
  if (a.length !== b.length) return false
  return a.length === 1 || a.every(({ name }, at) => name.toLowerCase() === b[at].name.toLowerCase())
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A dataset as versions before several channels stored it: one channel of its modality. */
export function withChannels(stored: unknown): unknown {
  const modality = isRecord(stored) && !('channels' in stored) && ModalitySchema.safeParse(stored['modality']).data
  return isRecord(stored) && modality ? { ...stored, channels: [channelOf(modality)] } : stored
}

/** A value that was one before there were several channels, as the list that it is since: { image } -> { images: [image] }. */
export const withLists =
  (lists: Readonly<Record<string, string>>) =>
  (stored: unknown): unknown => {
    if (!isRecord(stored)) return stored
    const renamed = Object.entries(stored).map(([key, value]): [string, unknown] => {
      const list = lists[key]
      return list === undefined || list in stored ? [key, value] : [list, value === null ? [] : [value]]
    })
    return Object.fromEntries(renamed)
  }
