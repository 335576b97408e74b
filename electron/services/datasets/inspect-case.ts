// Reads one case and says what is there: grid, hashes, intensities, voxels a label. Meaning comes later (assess-case.ts).
// Whatever is wrong becomes a finding; nothing is thrown for one bad case.
import { join } from 'node:path'
import {
  FindingCodeSchema,
  type Finding,
  type FindingCode,
  type Intensity,
  type LabelSource,
  type Misfit,
} from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { hashFile, hashVolume } from '../../../trainer/imaging/hash.ts'
import { filesOfImage, readImage } from '../../../trainer/imaging/read-image.ts'
import { readLabelSource } from '../../../trainer/imaging/treated/read-label-source.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import { describeImage } from '../volumes/describe-image.ts'
import type { FirstPlanes } from '../volumes/first-planes.ts'
import { bodyMidline } from './body-midline.ts'
import { checkGrid } from './check-grid.ts'
import { checkImage } from './check-image.ts'
import { createFinding } from './create-finding.ts'
import type { FoundCase } from './layouts/layout.ts'
import { LabelTally, type Overlap, type Structure } from './label-tally.ts'
import { measureMisfit } from './measure-misfit.ts'
import { findIdentifiers, type Identifiers } from './quality/find-identifiers.ts'
import { settleSplits } from './settle-splits.ts'

export interface CaseFacts {
  readonly id: string
  readonly image: string
  readonly labels: readonly LabelSource[]
  readonly geometry: Geometry | null
  readonly imageHash: string | null
  readonly fileHash: string | null
  readonly intensity: Intensity | null
  /** By label key: values of the label map that occur, or every mask file that exists */
  readonly structures: ReadonlyMap<string, Structure>
  readonly overlaps: readonly Overlap[]
  /** LPS x of the middle of the body */
  readonly midlineMm: number | null
  /** Label files that do not lie on the image, with what could be done */
  readonly misfits: readonly Misfit[]
  readonly identifiers: Identifiers
  readonly findings: readonly Finding[]
  /** How many the image holds, where it holds several and none was chosen; else 0 */
  readonly volumes: number
}

/**
 * Findings of severity error exclude the case.
 * @param firstPlanes keeps the middle planes of the image, for whoever looks at the case first
 */
export async function inspectCase(root: string, found: FoundCase, firstPlanes?: FirstPlanes): Promise<CaseFacts> {
  const findings: Finding[] = [...found.problems, ...missingFiles(found)]
  const kept = found.image === null ? null : await firstPlanes?.(join(root, found.image))
  let volumes = 0
  const noteVolumes = (error: unknown): void => void (volumes = volumesOf(error))
  const read =
    found.image === null
      ? null
      : await readVolume(found.id, 'image', findings, () => readImage(join(root, found.image ?? '')), noteVolumes)
  const image = read && read.volume
  const { labels, tally, misfits, midlineMm } = await inspectLabels(root, found, image, findings)
  const checked = image && tally ? checkImage(image.data, tally.labelled, found.id) : { intensity: null, findings: [] }
  if (read) await kept?.save(describeImage(read.volume, read.oddities, checked.intensity))
  return {
    id: found.id,
    image: found.image ?? '',
    labels,
    geometry: image?.geometry ?? null,
    imageHash: image && hashVolume(image),
    fileHash: image && (await hashFiles(root, found)),
    intensity: checked.intensity,
    structures: tally?.structures ?? new Map(),
    overlaps: tally?.overlaps() ?? [],
    midlineMm,
    misfits,
    identifiers: await findIdentifiers(root, [found.image ?? [], found.labels.map(({ path }) => path)].flat()),
    findings: [...findings, ...checked.findings],
    volumes,
  }
}

/** Counts the labels of a case on the grid of its image; without an image, only says which cannot be read. */
async function inspectLabels(
  root: string,
  { id, labels: sources }: FoundCase,
  image: Volume | null,
  findings: Finding[],
) {
  const tally = image && new LabelTally(image.geometry)
  const midlineMm = image && bodyMidline(image)
  const misfits: Misfit[] = []
  const labels: LabelSource[] = []
  for (const source of sources) {
    const label = await readVolume(id, 'label', findings, () => readLabelSource(root, source, image?.geometry ?? null))
    const settled = label && image ? settleSplits(label, source, midlineMm) : null
    labels.push(settled?.source ?? source)
    if (!image || !tally) continue
    const misfit = settled ? checkGrid(image.geometry, settled.volume.geometry, id, source.path) : []
    findings.push(...misfit)
    if (!settled || source.repair || misfit.some(({ severity }) => severity === 'error')) {
      misfits.push(...(await findMisfit(root, source, image, id)))
    }
    if (settled && !misfit.some(({ code }) => code === 'shape-mismatch')) {
      findings.push(...tally.add(settled.volume.data, source, id, settled.keyOf))
    }
  }
  return { labels, tally, misfits, midlineMm }
}

/** What could be done about a label that lies beside its image; nothing where it cannot even be read by itself. */
async function findMisfit(
  root: string,
  { repair: _, ...source }: LabelSource,
  image: Volume,
  id: string,
): Promise<Misfit[]> {
  const own = await readLabelSource(root, source, null).catch(() => null)
  if (!own || !checkGrid(image.geometry, own.own, id, source.path).some(({ severity }) => severity === 'error'))
    return []
  return [measureMisfit(image, own.volume, source.path)]
}

function missingFiles({ id, image, labels }: FoundCase): Finding[] {
  const missing: [FindingCode, 'image' | 'label'][] = []
  if (image === null) missing.push(['missing-image', 'image'])
  if (labels.length === 0) missing.push(['missing-label', 'label'])
  return missing.map(([code, what]) => {
    const other = what === 'image' ? labels[0]?.path : image
    const message = `Case ${id} has no ${what} file${other ? ` beside ${other}` : ''}; add it, or remove the case.`
    return createFinding('error', code, message, { caseId: id })
  })
}

async function readVolume<T extends { volume: Volume; oddities: string[] }>(
  caseId: string,
  what: 'image' | 'label',
  findings: Finding[],
  readIt: () => Promise<T>,
  failed: (error: unknown) => void = () => undefined,
): Promise<T | null> {
  try {
    const read = await readIt()
    findings.push(...read.oddities.map((oddity) => createFinding('info', 'header-oddity', oddity, { caseId })))
    return read
  } catch (error) {
    failed(error)
    const code = findingOf(error) ?? (what === 'image' ? 'unreadable-image' : 'unreadable-label')
    const reason = error instanceof Error ? error.message : String(error)
    findings.push(createFinding('error', code, `Case ${caseId}: ${reason}`, { caseId }))
    return null
  }
}

/** Errors that name the finding they are. */
function findingOf(error: unknown): FindingCode | null {
  if (!(error instanceof OrganMosaicError)) return null
  const parsed = FindingCodeSchema.safeParse(error.details['finding'])
  return parsed.success ? parsed.data : null
}

const volumesOf = (error: unknown): number =>
  error instanceof OrganMosaicError && typeof error.details['volumes'] === 'number' ? error.details['volumes'] : 0

/** One hash over image and labels; null when a file cannot be read, which is a finding already. */
async function hashFiles(root: string, found: FoundCase): Promise<string | null> {
  const addresses = [found.image ?? '', ...found.labels.map((label) => label.path)].map((path) => join(root, path))
  try {
    const files = await Promise.all(addresses.map(filesOfImage))
    return await hashFile(...new Set(files.flat()))
  } catch {
    return null
  }
}
