// Reads a file of a case; whatever is wrong with it becomes a finding.
import { FindingCodeSchema, type Finding, type FindingCode } from '../../../contract/finding.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import { createFinding } from './create-finding.ts'

/**
 * @param failed is told of an error that became a finding
 * @returns null where it cannot be read, which a finding says then
 */
export async function readOrFind<T extends { volume: Volume; oddities: string[] }>(
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
    // Then the image could not be read, and that is said already.
    if (needsImage(error)) return null
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

/** Contours are nothing without the image that they were drawn on. */
const needsImage = (error: unknown): boolean =>
  error instanceof OrganMosaicError && error.details['needsImage'] === true

export const volumesOf = (error: unknown): number =>
  error instanceof OrganMosaicError && typeof error.details['volumes'] === 'number' ? error.details['volumes'] : 0
