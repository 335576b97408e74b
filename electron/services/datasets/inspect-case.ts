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
import { hashVolume } from '../../../trainer/imaging/hash.ts'
import { readImage } from '../../../trainer/imaging/read-image.ts'
import { readLabel } from '../../../trainer/imaging/read-label.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import { describeImage } from '../volumes/describe-image.ts'
import type { FirstPlanes } from '../volumes/first-planes.ts'
import { checkGrid } from './check-grid.ts'
import { checkImage } from './check-image.ts'
import { createFinding } from './create-finding.ts'
import type { FoundCase } from './layouts/layout.ts'
import { LabelTally, type Overlap, type Structure } from './label-tally.ts'

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
  const tally = image && new LabelTally(image.geometry)
  for (const source of found.labels) {
    const label = await readVolume(found.id, 'label', findings, () =>
      readLabel(join(root, source.path), image?.geometry ?? null),
    )
    if (!image || !tally || !label) continue
    const misfit = checkGrid(image.geometry, label.volume.geometry, found.id, source.path)
    findings.push(...misfit)
    if (!misfit.some((finding) => finding.code === 'shape-mismatch')) {
      findings.push(...tally.add(label.volume.data, source, found.id))
    }
  }
  const checked = image && tally ? checkImage(image.data, tally.labelled, found.id) : { intensity: null, findings: [] }
  if (read) await kept?.save(describeImage(read.volume, read.oddities, checked.intensity))
  return {
    id: found.id,
    image: found.image ?? '',
    labels: found.labels,
    geometry: image?.geometry ?? null,
    imageHash: image && hashVolume(image),
    fileHash: image && (await hashCaseFiles(root, found)),
    intensity: checked.intensity,
    structures: tally?.structures ?? new Map(),
    overlaps: tally?.overlaps() ?? [],
    findings: [...findings, ...checked.findings],
    volumes,
  }
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
