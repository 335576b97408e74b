// Reads one case and says what is there: grid, hashes, intensities, voxels a label. Meaning comes later (assess-case.ts).
// Whatever is wrong becomes a finding; nothing is thrown for one bad case.
import { join } from 'node:path'
import {
  FindingCodeSchema,
  type Finding,
  type FindingCode,
  type Intensity,
  type LabelSource,
} from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry } from '../../../contract/geometry.ts'
import { hashCaseFiles } from '../../../trainer/imaging/hash-case-files.ts'
import { hashChannels } from '../../../trainer/imaging/hash.ts'
import { readImage } from '../../../trainer/imaging/read-image.ts'
import { readLabel } from '../../../trainer/imaging/read-label.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import { describeImage } from '../volumes/describe-image.ts'
import type { FirstPlanes, KeptPlanes } from '../volumes/first-planes.ts'
import { checkGrid } from './check-grid.ts'
import { checkImage } from './check-image.ts'
import { createFinding } from './create-finding.ts'
import type { FoundCase } from './layouts/layout.ts'
import { LabelTally, type Overlap, type Structure } from './label-tally.ts'

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
  readonly overlaps: readonly Overlap[]
  readonly findings: readonly Finding[]
  /** How many the image holds, where it holds several and none was chosen; else 0 */
  readonly volumes: number
}

/**
 * Findings of severity error exclude the case.
 * @param firstPlanes keeps the middle planes of the images, for whoever looks at the case first
 */
export async function inspectCase(root: string, found: FoundCase, firstPlanes?: FirstPlanes): Promise<CaseFacts> {
  const findings: Finding[] = [...found.problems, ...missingFiles(found)]
  const { channels, volumes } = await readChannels(root, found, findings, firstPlanes)
  const [first] = channels
  const grid = first ? first.read.volume.geometry : null
  const tally = grid && new LabelTally(grid)
  for (const source of found.labels) {
    const label = await readVolume(found.id, 'label', findings, () => readLabel(join(root, source.path), grid))
    if (!grid || !tally || !label) continue
    const misfit = checkGrid(grid, { what: 'label', geometry: label.volume.geometry, path: source.path }, found.id)
    findings.push(...misfit)
    if (!misfit.some((finding) => finding.code === 'shape-mismatch')) {
      findings.push(...tally.add(label.volume.data, source, found.id))
    }
  }
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
  return {
    id: found.id,
    images: found.images.map((image) => image ?? ''),
    labels: found.labels,
    geometry: grid,
    imageHash: complete && grid ? hashChannels(channels.map(({ read }) => read.volume)) : null,
    fileHash: complete && grid ? await hashCaseFiles(root, found) : null,
    intensities,
    structures: tally?.structures ?? new Map(),
    overlaps: tally?.overlaps() ?? [],
    findings,
    volumes,
  }
}

interface ReadChannel {
  readonly path: string
  readonly read: ReadVolume
  readonly kept: KeptPlanes | undefined
}

/** Those that can be read and lie on the grid of the first of them; of the others, findings. */
async function readChannels(
  root: string,
  found: FoundCase,
  findings: Finding[],
  firstPlanes: FirstPlanes | undefined,
): Promise<{ channels: ReadChannel[]; volumes: number }> {
  const channels: ReadChannel[] = []
  let volumes = 0
  const noteVolumes = (error: unknown): void => void (volumes = volumesOf(error))
  for (const path of found.images) {
    if (path === null) continue
    const kept = await firstPlanes?.(join(root, path))
    const read = await readVolume(found.id, 'image', findings, () => readImage(join(root, path)), noteVolumes)
    if (!read) continue
    const grid = channels[0]?.read.volume.geometry ?? read.volume.geometry
    const misfit = checkGrid(grid, { what: 'channel', geometry: read.volume.geometry, path }, found.id)
    findings.push(...misfit)
    if (!misfit.some(({ severity }) => severity === 'error')) channels.push({ path, read, kept })
  }
  return { channels, volumes }
}

function missingFiles({ id, images, labels }: FoundCase): Finding[] {
  const missing: [FindingCode, 'image' | 'label'][] = []
  const image = images.find((each) => each !== null)
  if (image === undefined) missing.push(['missing-image', 'image'])
  if (labels.length === 0) missing.push(['missing-label', 'label'])
  return missing.map(([code, what]) => {
    const other = what === 'image' ? labels[0]?.path : image
    const message = `Case ${id} has no ${what} file${other ? ` beside ${other}` : ''}; add it, or remove the case.`
    return createFinding('error', code, message, { caseId: id })
  })
}

type ReadVolume = { volume: Volume; oddities: string[] }

async function readVolume(
  caseId: string,
  what: 'image' | 'label',
  findings: Finding[],
  readIt: () => Promise<ReadVolume>,
  failed: (error: unknown) => void = () => undefined,
): Promise<ReadVolume | null> {
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
