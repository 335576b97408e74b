// One scan as a case of a dataset folder, in each of the three layouts that the import knows.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeNifti } from '../../../../trainer/imaging/nifti/write-nifti.ts'
import type { Volume } from '../../../../trainer/imaging/volume.ts'
import type { Site } from './phantom-description.ts'
import type { Scan } from './scan-patient.ts'

export interface DatasetLabel {
  readonly key: string
  readonly name: string
  readonly organs: readonly string[]
}

/** As nnU-Net calls it; a file a channel. */
export const CHANNEL_NAMES = ['CT', 'MR'] as const

/** All cases are written with the paths of their images as answer, one a channel. imagesTr and labelsTr (training) or imagesTs and labelsTs (test), with dataset.json. */
export async function writeNnunetCase(
  folder: string,
  part: 'Tr' | 'Ts',
  id: string,
  scan: Scan,
  labels: Volume,
): Promise<string[]> {
  const images = await writeNumbered(folder, `images${part}`, id, scan)
  await writeNifti(await within(folder, `labels${part}`, `${id}.nii.gz`), labels)
  return images
}

export async function writeNnunetDescription(
  folder: string,
  labels: readonly DatasetLabel[],
  numTraining: number,
  channels: number,
): Promise<void> {
  const values = Object.fromEntries([['background', 0], ...labels.map(({ name, key }) => [name, Number(key)])])
  const names = Object.fromEntries(CHANNEL_NAMES.slice(0, channels).entries())
  const description = { channel_names: names, labels: values, numTraining, file_ending: '.nii.gz' }
  await writeFile(await within(folder, 'dataset.json'), `${JSON.stringify(description, null, 2)}\n`)
}

/** A folder a patient: ct.nii.gz (and mr.nii.gz), and a mask file for each label that was drawn in this case. */
export async function writeOrganFilesCase(
  folder: string,
  id: string,
  scan: Scan,
  drawn: readonly DatasetLabel[],
  organs: readonly string[],
): Promise<string[]> {
  const paths: string[] = []
  for (const [n, image] of scan.images.entries()) {
    paths.push(await within(folder, id, `${CHANNEL_NAMES[n]?.toLowerCase()}.nii.gz`))
    await writeNifti(paths[n]!, image)
  }
  for (const label of drawn) {
    const mask = relabel(scan.labels, [{ ...label, key: '1' }], organs)
    await writeNifti(await within(folder, join(id, 'segmentations'), `${label.key}.nii.gz`), mask)
  }
  return paths
}

/** images/ and labels/ with names of their own, and labels.csv; several channels are numbered. */
export async function writePairedCase(folder: string, id: string, scan: Scan, labels: Volume): Promise<string[]> {
  await writeNifti(await within(folder, 'labels', `${id}_label.nii.gz`), labels)
  if (scan.images.length > 1) return writeNumbered(folder, 'images', id, scan)
  const path = await within(folder, 'images', `${id}.nii.gz`)
  await writeNifti(path, scan.images[0]!)
  return [path]
}

async function writeNumbered(folder: string, sub: string, id: string, { images }: Scan): Promise<string[]> {
  const paths: string[] = []
  for (const [n, image] of images.entries()) {
    paths.push(await within(folder, sub, numbered(id, n)))
    await writeNifti(paths[n]!, image)
  }
  return paths
}

/** 'A_0001.nii.gz' */
export const numbered = (id: string, channel: number): string => `${id}_${String(channel).padStart(4, '0')}.nii.gz`

export async function writeLabelsCsv(folder: string, labels: readonly DatasetLabel[]): Promise<void> {
  const lines = ['value,name', ...labels.map(({ key, name }) => `${key},${name}`)]
  await writeFile(await within(folder, 'labels.csv'), `${lines.join('\n')}\n`)
}

/** The complete label map as a site sees it: its own values, merged organs under one, all others background. */
export function relabel(
  complete: Volume<Uint8Array>,
  labels: readonly DatasetLabel[],
  organs: readonly string[],
): Volume<Uint8Array> {
  const valueOf = new Uint8Array(organs.length + 1)
  for (const label of labels) {
    for (const organ of label.organs) valueOf[organs.indexOf(organ) + 1] = Number(label.key)
  }
  return { data: complete.data.map((value) => valueOf[value] as number), geometry: complete.geometry }
}

/** The labels of a site that somebody drew in its n-th case, n counted from 1. */
export const drawnLabels = (site: Site, caseNumber: number): DatasetLabel[] =>
  site.labels.filter(
    ({ key }) => !site.unlabelled.some(({ label, everyNthCase }) => label === key && caseNumber % everyNthCase === 0),
  )

/** folder/sub/file or folder/file, its folder made. */
async function within(folder: string, ...rest: [file: string] | [sub: string, file: string]): Promise<string> {
  const path = join(folder, ...rest)
  await mkdir(join(path, '..'), { recursive: true })
  return path
}
