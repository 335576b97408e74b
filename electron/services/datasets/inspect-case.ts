// Reads one case and says what is there: grid, hashes, intensities, voxels a label. Meaning comes later (assess-case.ts).
// Whatever is wrong becomes a finding; nothing is thrown for one bad case.
import { join } from 'node:path'
import type { Intensity, LabelSource, Misfit } from '../../../contract/case.ts'
import type { Finding, FindingCode } from '../../../contract/finding.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { hashCaseFiles } from '../../../trainer/imaging/hash-case-files.ts'
import { hashChannels } from '../../../trainer/imaging/hash.ts'
import { readImage } from '../../../trainer/imaging/read-image.ts'
import { readLabelSource } from '../../../trainer/imaging/treated/read-label-source.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import { describeImage } from '../volumes/describe-image.ts'
import type { FirstPlanes, KeptPlanes } from '../volumes/first-planes.ts'
import { bodyMidline } from './body-midline.ts'
import { checkGrid } from './check-grid.ts'
import { checkImage } from './check-image.ts'
import { createFinding } from './create-finding.ts'
import type { FoundCase } from './layouts/layout.ts'
import { LabelTally, type Structure } from './label-tally.ts'
import { measureMisfit } from './measure-misfit.ts'
import { findIdentifiers, type Identifiers } from './quality/find-identifiers.ts'
import { readOrFind, volumesOf } from './read-or-find.ts'
import { settleSplits } from './settle-splits.ts'
import type { SharedVoxels } from './shared-voxels.ts'

export interface CaseFacts {
  readonly id: string
  /** One a channel; empty: no file */
  readonly images: readonly string[]
  readonly labels: readonly LabelSource[]
  readonly geometry: Geometry | null
  readonly imageHash: string | null
  readonly fileHash: string | null
  /** One a channel; none where an image could not be read */
  readonly intensities: readonly Intensity[]
  /** By label key: values of the label map that occur, or every mask file that exists */
  readonly structures: ReadonlyMap<string, Structure>
  /** Keys of labels that are left out and are there, a value that occurs or a mask: they are nowhere else in the facts */
  readonly leftOut: readonly string[]
  /** Voxels of several labels at once */
  readonly shared: readonly SharedVoxels[]
  /** LPS x of the middle of the body */
  readonly midlineMm: number | null
  /** Label files that do not lie on the image, with what could be done */
  readonly misfits: readonly Misfit[]
  readonly identifiers: Identifiers
  readonly findings: readonly Finding[]
  /** How many the image holds, where it holds several and none was chosen; else 0 */
  readonly volumes: number
}

export interface InspectCaseOptions {
  /** Keeps the middle planes of the images, for whoever looks at the case first */
  readonly firstPlanes?: FirstPlanes | undefined
  /** That may decode its images at once; 1 unless given */
  readonly threads?: number
}

/** Findings of severity error exclude the case. */
export async function inspectCase(
  root: string,
  found: FoundCase,
  options: InspectCaseOptions = {},
): Promise<CaseFacts> {
  const findings: Finding[] = [...found.problems, ...missingFiles(found)]
  const { channels, volumes } = await readChannels(root, found, findings, options)
  const image = channels[0]?.read.volume ?? null
  const { labels, tally, misfits, midlineMm, leftOut } = await inspectLabels(root, found, image, findings)
  const complete = channels.length === found.images.length
  const intensities: Intensity[] = []
  if (complete && tally) {
    for (const { read, kept, path } of channels) {
      const checked = checkImage(read.volume.data, tally.labelled, found.id, channels.length === 1 ? 'the image' : path)
      findings.push(...checked.findings)
      intensities.push(checked.intensity)
      await kept?.save(describeImage(read.volume, read.oddities, checked.intensity))
    }
  }
  const files = [...found.images.flatMap((path) => path ?? []), ...found.labels.map(({ path }) => path)]
  return {
    id: found.id,
    images: found.images.map((path) => path ?? ''),
    labels,
    geometry: image?.geometry ?? null,
    imageHash: complete && image ? hashChannels(channels.map(({ read }) => read.volume)) : null,
    fileHash: complete && image ? await hashCaseFiles(root, found) : null,
    intensities,
    structures: tally?.structures ?? new Map(),
    leftOut: [...new Set([...(found.leftOut ?? []), ...leftOut])],
    shared: tally?.shared() ?? [],
    midlineMm,
    misfits,
    identifiers: await findIdentifiers(root, files),
    findings,
    volumes,
  }
}

interface ReadChannel {
  readonly path: string
  readonly read: Awaited<ReturnType<typeof readImage>>
  readonly kept: KeptPlanes | undefined
}

/** Those that can be read and lie on the grid of the first of them; of the others, findings. */
async function readChannels(
  root: string,
  found: FoundCase,
  findings: Finding[],
  { firstPlanes, threads = 1 }: InspectCaseOptions,
): Promise<{ channels: ReadChannel[]; volumes: number }> {
  const channels: ReadChannel[] = []
  let volumes = 0
  const noteVolumes = (error: unknown): void => void (volumes = volumesOf(error))
  for (const path of found.images) {
    if (path === null) continue
    const kept = await firstPlanes?.(join(root, path))
    const read = await readOrFind(found.id, 'image', findings, () => readImage(join(root, path), threads), noteVolumes)
    if (!read) continue
    const grid = channels[0]?.read.volume.geometry ?? read.volume.geometry
    const misfit = checkGrid(grid, { what: 'channel', geometry: read.volume.geometry, path }, found.id)
    findings.push(...misfit)
    if (!misfit.some(({ severity }) => severity === 'error')) channels.push({ path, read, kept })
  }
  return { channels, volumes }
}

/** Counts the labels of a case on the grid of its image; without an image, only says which cannot be read. */
async function inspectLabels(
  root: string,
  { id, labels: sources }: FoundCase,
  image: Volume | null,
  findings: Finding[],
) {
  const tally = image && new LabelTally(image.geometry, sources.length)
  const midlineMm = image && bodyMidline(image)
  const misfits: Misfit[] = []
  const labels: LabelSource[] = []
  const leftOut: string[] = []
  for (const source of sources) {
    const label = await readOrFind(id, 'label', findings, () => readLabelSource(root, source, image?.geometry ?? null))
    leftOut.push(...(label?.leftOut ?? []))
    const settled = label && image ? settleSplits(label, source, midlineMm) : null
    labels.push(settled?.source ?? source)
    if (!image || !tally) continue
    const misfit = settled ? misfitOf(image.geometry, settled.volume.geometry, source.path, id) : []
    findings.push(...misfit)
    if (!settled || source.repair || misfit.some(({ severity }) => severity === 'error')) {
      misfits.push(...(await findMisfit(root, source, image, id)))
    }
    if (settled && !misfit.some(({ code }) => code === 'shape-mismatch')) {
      // A label map that is read region by region says the same of itself each time.
      const said = tally.add(settled.volume.data, source, id, settled.keyOf)
      findings.push(...said.filter(({ message }) => !findings.some((each) => each.message === message)))
    }
  }
  return { labels, tally, misfits, midlineMm, leftOut }
}

const misfitOf = (image: Geometry, geometry: Geometry, path: string, id: string): Finding[] =>
  checkGrid(image, { what: 'label', geometry, path }, id)

/** What could be done about a label that lies beside its image; nothing where it cannot even be read by itself. */
async function findMisfit(
  root: string,
  { repair: _, ...source }: LabelSource,
  image: Volume,
  id: string,
): Promise<Misfit[]> {
  const own = await readLabelSource(root, source, null).catch(() => null)
  if (!own || !misfitOf(image.geometry, own.own, source.path, id).some(({ severity }) => severity === 'error'))
    return []
  return [measureMisfit(image, own.volume, source.path)]
}

function missingFiles({ id, images, labels, leftOut = [] }: FoundCase): Finding[] {
  const missing: [FindingCode, 'image' | 'label'][] = []
  const image = images.find((each) => each !== null)
  if (image === undefined) missing.push(['missing-image', 'image'])
  if (labels.length === 0) missing.push(['missing-label', 'label'])
  return missing.map(([code, what]) => {
    if (what === 'label' && leftOut.length > 0) {
      const message = `Case ${id} has nothing but labels that are left out: ${leftOut.join(', ')}; take one back, or go on without the case.`
      return createFinding('error', code, message, { caseId: id })
    }
    const other = what === 'image' ? labels[0]?.path : image
    const message = `Case ${id} has no ${what} file${other ? ` beside ${other}` : ''}; add it, or remove the case.`
    return createFinding('error', code, message, { caseId: id })
  })
}
