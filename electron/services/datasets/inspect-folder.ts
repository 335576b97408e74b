// The first half of a registration: folder -> layout -> facts of every case. Nothing is decided and nothing is saved,
// so the same half also answers "what is in this folder?" before anything is registered.
import type { DatasetChoices, FolderReading, LeftOutLabel } from '../../../contract/dataset.ts'
import { volumeAddress } from '../../../trainer/imaging/image-source.ts'
import { readingOf } from './apply-choices.ts'
import { createCaseRoom } from './case-room.ts'
import { detectFolder } from './detect-folder.ts'
import { inspectCase, type CaseFacts } from './inspect-case.ts'
import type { FoundCase, LayoutMatch } from './layouts/layout.ts'
import type { LeaveOut } from './left-out.ts'
import type { FolderListing } from './list-folder.ts'
import { mapConcurrently } from './map-concurrently.ts'
import { saltPerson, type PatientKey } from '../workspace/patient-key.ts'
import { readPatients } from './read-patients.ts'
import { resolveSplits, withTreatments } from './label-treatments.ts'

export interface FolderInspection {
  readonly folder: FolderListing
  readonly match: LayoutMatch
  readonly facts: readonly CaseFacts[]
  /** Case id -> patient, as patients.csv says, or the files themselves */
  readonly patients: ReadonlyMap<string, string>
  /** Of the labels that there may be, those that were not read */
  readonly leftOut: readonly LeftOutLabel[]
  /** As it was read */
  readonly reading: FolderReading
}

export interface InspectContext {
  readonly onProgress?: (progress: { done: number; total: number; caseId: string }) => void
  readonly signal?: AbortSignal
  /** How a case is read: in this thread unless said otherwise */
  readonly inspectCase?: (root: string, found: FoundCase) => Promise<CaseFacts>
  /** Which labels are not read as organs: none unless said otherwise */
  readonly leaveOut?: LeaveOut
  /** How its cases are found: in this thread unless said otherwise */
  readonly detect?: typeof detectFolder
}

/**
 * @param root absolute
 * @param context.patientKey of the workspace: what DICOM files call a person is salted with it before it goes anywhere
 * @param choices registeredAs decides between the training and the test cases of a folder that has both
 * @throws OrganMosaicError not-found, usage, environment, invalid-data (no layout fits, or the layout cannot be used);
 *   the signal's reason when aborted
 */
export async function inspectFolder(
  root: string,
  choices: Pick<DatasetChoices, 'registeredAs' | 'repairs'> & FolderReading,
  { patientKey, ...context }: InspectContext & { readonly patientKey: PatientKey },
): Promise<FolderInspection> {
  const reading = readingOf(choices)
  const { folder, match: detected } = await (context.detect ?? detectFolder)(root, choices.registeredAs, reading)
  const { volume } = reading
  const told = detected.cases.map(withSaltedPerson(patientKey))
  const chosen = { ...detected, cases: volume === undefined ? told : told.map(withVolume(volume)) }
  const splits = resolveSplits(reading.splits ?? [], chosen)
  const leftOut = context.leaveOut?.(chosen) ?? []
  const out = leftOut.map(({ key }) => key)
  const cases = chosen.cases.map(withTreatments(splits, choices.repairs ?? [], out))
  const read = context.inspectCase ?? inspectCase
  const room = createCaseRoom()
  let done = 0
  const facts = await mapConcurrently(cases, room.atOnce, async (found) => {
    context.signal?.throwIfAborted()
    const seen = await read(root, found)
    room.saw(seen.geometry)
    done++
    context.onProgress?.({ done, total: cases.length, caseId: found.id })
    return seen
  })
  context.signal?.throwIfAborted()
  // What a person wrote down goes before what the files say.
  const said = chosen.cases.flatMap(({ id, patient, dicom }) => {
    const named = patient ?? dicom?.patient ?? dicom?.study ?? null
    return named === null ? [] : [[id, named] as const]
  })
  return {
    folder,
    match: chosen,
    facts,
    leftOut,
    patients: new Map([...said, ...(await readPatients(folder))]),
    reading: { ...reading, ...(reading.splits ? { splits } : {}) },
  }
}

const withSaltedPerson =
  (key: PatientKey) =>
  (found: FoundCase): FoundCase =>
    found.dicom ? { ...found, dicom: saltPerson(found.dicom, key) } : found

const withVolume =
  (volume: number) =>
  (found: FoundCase): FoundCase => ({
    ...found,
    images: found.images.map((image) => image && volumeAddress(image, volume)),
  })
