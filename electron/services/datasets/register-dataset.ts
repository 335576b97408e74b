// Registration: folder (or archive) -> layout -> cases -> organs -> checks -> datasets/NAME/dataset.json in the workspace.
// The folder itself is never written to.
import { realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Dataset, DatasetChoices, DatasetRole, FolderReading } from '../../../contract/dataset.ts'
import { NameSchema } from '../../../contract/name.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { applyMappingFile, type MappingFile, type NamedLabel } from '../../../contract/mapping-file.ts'
import type { UnpackContext } from '../archives/unpack-archive.ts'
import { keepUnpacked, openDatasetFolder } from '../archives/unpacked-folders.ts'
import { hasDataset, readDataset, saveDataset } from '../workspace/dataset-store.ts'
import { openWorkspace, type Workspace } from '../workspace/open-workspace.ts'
import { openPatientKey } from '../workspace/patient-key.ts'
import { choicesOf, readingOf } from './apply-choices.ts'
import { composeDataset, labelsOf, occurringLabels, overridesOf, type ComposeContext } from './compose-dataset.ts'
import { inspectFolder, type FolderInspection, type InspectContext } from './inspect-folder.ts'
import { leaveOut } from './left-out.ts'
import { withSubset } from './choose-subset.ts'
import { mappingFindings } from './mapping-files.ts'
import { nameOfFolder } from './name-of-folder.ts'
import { parseOrganOverride, type OrganOverride } from './parse-organ-override.ts'

export interface RegisterRequest {
  /** Or an archive, which is unpacked into the workspace */
  folder: string
  /** Default: the folder's name */
  name?: string
  /** Default: train */
  role?: DatasetRole
  /** VALUE_OR_FILE=ORGAN, ORGAN+ORGAN if merged, nothing if left out; or taken apart. 'keep': as it is registered */
  organs?: readonly (string | OrganOverride)[] | 'keep'
  /** Chooses between training and test cases of a folder that has both. Default: the role */
  registeredAs?: DatasetRole
  /** How the folder is read. Default: as it is registered */
  reading?: FolderReading
  /** Instead of those of the registered dataset */
  choices?: Partial<Pick<DatasetChoices, 'repairs' | 'notDrawn' | 'leftOut'>>
  /** Of a file; `organs` go before it */
  mapping?: MappingFile
  /** The dataset has moved: its new folder takes the place of the registered one */
  moved?: boolean
}

const NO_CHOICES: DatasetChoices = { excluded: [], patients: null, registeredAs: 'train' }

export interface RegisterContext extends InspectContext, ComposeContext {
  workspaceFolder: string
  /** Last word before it is saved. @throws what speaks against it */
  check?: (dataset: Dataset) => void
}

/**
 * Registers a folder, or refreshes it when the name is taken by the same folder: excluded cases and grouped patients
 * stay as they were chosen. Bad cases stay in the result, excluded, with their findings.
 * @throws OrganMosaicError usage (name, override), conflict (name taken by another folder), not-found, environment,
 *   invalid-data (no layout fits, or the layout cannot be used); the signal's reason when aborted
 */
export async function registerDataset(request: RegisterRequest, context: RegisterContext): Promise<Dataset> {
  const workspace = openWorkspace(context.workspaceFolder)
  const root = await openDatasetFolder(workspace, request.folder, unpackingOf(context))
  const name = chooseName(request.name, root)
  const role = request.role ?? 'train'
  const organs = request.organs === 'keep' ? [] : (request.organs ?? [])
  const given = organs.map((organ) => (typeof organ === 'string' ? parseOrganOverride(organ) : organ))
  if (!request.moved) await refuseTakenName(workspace, name, root)
  const known = hasDataset(workspace, name) ? readDataset(workspace, name) : null

  const { registeredAs: _, ...before } = known ? choicesOf(known) : NO_CHOICES
  const chosen = { ...before, ...request.choices, registeredAs: request.registeredAs ?? role }
  const reading = { ...readingOf(chosen), ...request.reading }
  const overrides = request.organs === 'keep' ? overridesOf(known?.labels ?? []) : given
  const said = { overrides, leftOut: chosen.leftOut ?? [], mapping: request.mapping }
  const patientKey = openPatientKey(workspace.home)
  const looking = { ...context, patientKey, leaveOut: leaveOut(said, context.vocabulary) }
  const look = (how: FolderReading): Promise<FolderInspection> =>
    withSubset(how, name, (each) => inspectFolder(root, { ...chosen, ...each }, looking))
  const first = await look(reading)
  const applied = request.mapping && applyMappingFile(request.mapping, namedLabels(first))
  // What a file splits is known once its names were found among the labels: then the cases are read with it.
  const inspection = applied && applied.splits.length > 0 ? await look(withSplits(reading, applied.splits)) : first
  const notDrawn = [...(chosen.notDrawn ?? []), ...(applied?.notDrawn ?? [])]
  const leftOut = chosenLeftOut(inspection, chosen)
  const choices = {
    ...chosen,
    ...inspection.reading,
    ...(notDrawn.length > 0 ? { notDrawn } : {}),
    ...(leftOut.length > 0 || chosen.leftOut ? { leftOut } : {}),
  }
  const kept = request.organs === 'keep' && known ? keptOverrides(known, inspection) : given
  const words = [...(applied?.mapping ?? []), ...kept]
  const notes = mappingFindings(applied?.words ?? [])
  const dataset = composeDataset(inspection, { name, role, overrides: words, choices, notes }, context)
  context.check?.(dataset)
  saveDataset(workspace, dataset)
  keepUnpacked(workspace, root)
  return dataset
}

/** Those that are declared, and values that only occur. */
function namedLabels(inspection: FolderInspection): NamedLabel[] {
  const { found } = labelsOf(inspection, [])
  const extra = occurringLabels(inspection).filter(({ key }) => !found.some((label) => label.key === key))
  return [...found, ...extra]
}

/** Those that somebody chose, and not what a mapping file says of labels that are not here. */
export function chosenLeftOut(inspection: FolderInspection, before: DatasetChoices): string[] {
  const { found } = labelsOf(inspection, [])
  const isHere = (key: string): boolean => found.some((label) => label.key === key)
  return inspection.leftOut.flatMap(({ key, because }) =>
    because === null && (isHere(key) || before.leftOut?.includes(key)) ? [key] : [],
  )
}

const withSplits = (reading: FolderReading, splits: readonly string[]): FolderReading => ({
  ...reading,
  splits: [...new Set([...(reading.splits ?? []), ...splits])],
})

/** Counted in megabytes, where the cases are counted later. */
const unpackingOf = ({ signal, onProgress }: InspectContext): UnpackContext => ({
  ...(signal ? { signal } : {}),
  onProgress({ done, total, file }) {
    const inMb = (bytes: number): number => Math.ceil(bytes / 1e6)
    onProgress?.({ done: inMb(done), total: inMb(total ?? done), caseId: `unpacking ${file}` })
  },
})

/** What was said of labels that are still there. */
export function keptOverrides(known: Dataset, inspection: FolderInspection): OrganOverride[] {
  const said = overridesOf(known.labels)
  const { found } = labelsOf(inspection, said)
  return said.filter(({ key }) => found.some((label) => label.key === key))
}

/** @throws OrganMosaicError usage */
export function chooseName(given: string | undefined, root: string): string {
  const name = given ?? nameOfFolder(root)
  const parsed = NameSchema.safeParse(name)
  if (parsed.success) return parsed.data
  const source = given === undefined ? `the folder name "${basename(root)}" gives none` : `got "${given}"`
  throw new OrganMosaicError(
    'usage',
    `A dataset's name: ${parsed.error.issues[0].message}; ${source}. Choose one with --name.`,
  )
}

/** @throws OrganMosaicError conflict when the name belongs to another folder */
export async function refuseTakenName(workspace: Workspace, name: string, root: string): Promise<void> {
  if (!hasDataset(workspace, name)) return
  const known = readDataset(workspace, name)
  if (await isSameFolder(known.root, root)) return
  throw new OrganMosaicError(
    'conflict',
    `The name ${name} is taken by the dataset in ${known.root}; register ${root} under another one with --name.`,
  )
}

/** Links resolved. */
export async function isSameFolder(a: string, b: string): Promise<boolean> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path)
  return (await real(a)) === (await real(b))
}
