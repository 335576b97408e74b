// Registration: folder -> layout -> cases -> organs -> checks -> datasets/NAME/dataset.json in the workspace.
// The folder itself is never written to.
import { realpath } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import {
  NameSchema,
  type Case,
  type Dataset,
  type DatasetRole,
  type Finding,
  type Label,
  type Modality,
} from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { hasDataset, readDataset, saveDataset } from '../workspace/dataset-store.ts'
import { openWorkspace, type Workspace } from '../workspace/open-workspace.ts'
import { assessCase } from './assess-case.ts'
import { excludeDuplicates, findDuplicatesAcross } from './find-duplicates.ts'
import { findLeftovers } from './find-leftovers.ts'
import { fingerprintOf } from './fingerprint.ts'
import { inspectCase, type CaseFacts } from './inspect-case.ts'
import { detectLayout } from './layouts/index.ts'
import type { FoundLabel, LayoutMatch } from './layouts/layout.ts'
import { listFolder, type FolderListing } from './list-folder.ts'
import { mapConcurrently } from './map-concurrently.ts'
import { mapLabels } from './map-labels.ts'
import { parseOrganOverride, type OrganOverride } from './parse-organ-override.ts'
import { readPatients } from './read-patients.ts'

export interface RegisterRequest {
  folder: string
  /** Default: the folder's name */
  name?: string
  /** Default: train */
  role?: DatasetRole
  /** VALUE_OR_FILE=ORGAN, ORGAN+ORGAN for a merged label */
  organs?: readonly string[]
}

export interface RegisterContext {
  workspaceFolder: string
  vocabulary: Vocabulary
  /** Where to look for the same images; one of the same name is left out */
  otherDatasets?: readonly Dataset[]
  onProgress?: (progress: { done: number; total: number; caseId: string }) => void
  signal?: AbortSignal
}

/** Two cases decode at once: one inflates while the other is counted, and memory stays that of two. */
const CONCURRENT_CASES = 2

/**
 * Registers a folder, or refreshes it when the name is taken by the same folder.
 * Bad cases stay in the result, excluded, with their findings.
 * @throws OrganMosaicError usage (name, override), conflict (name taken by another folder), not-found, environment,
 *   invalid-data (no layout fits, or the layout cannot be used); the signal's reason when aborted
 */
export async function registerDataset(request: RegisterRequest, context: RegisterContext): Promise<Dataset> {
  const root = resolve(request.folder)
  const name = chooseName(request.name, root)
  const role = request.role ?? 'train'
  const overrides = (request.organs ?? []).map(parseOrganOverride)
  const workspace = openWorkspace(context.workspaceFolder)
  await refuseTakenName(workspace, name, root)

  const folder = await listFolder(root)
  const match = await detectLayout(folder, role)
  const facts = await inspectCases(root, match, context)
  const { found, declared } = labelsOf(match, facts, overrides)
  const datasetName = `${match.title ?? ''} ${name}`
  const mapping = mapLabels(found, declared, { vocabulary: context.vocabulary, overrides, datasetName })
  const assessed = await assessCases(folder, facts, mapping.labels, context.vocabulary)
  const others = (context.otherDatasets ?? []).filter((other) => other.name !== name)

  const dataset: Dataset = {
    schemaVersion: 1,
    name,
    role,
    root,
    layout: match.layout,
    layoutReason: match.reason,
    modality: match.modality ?? guessModality(facts),
    registeredAt: new Date().toISOString(),
    labels: mapping.labels,
    cases: assessed.cases,
    findings: [
      ...findLeftovers(folder, match.cases),
      ...mapping.findings,
      ...assessed.findings,
      ...findDuplicatesAcross(role, assessed.cases, others),
    ],
    fingerprint: fingerprintOf(mapping.labels, assessed.cases),
  }
  saveDataset(workspace, dataset)
  return dataset
}

function chooseName(given: string | undefined, root: string): string {
  const name =
    given ??
    basename(root)
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+|-+$/g, '')
      .slice(0, 64)
  const parsed = NameSchema.safeParse(name)
  if (parsed.success) return parsed.data
  const source = given === undefined ? `the folder name "${basename(root)}" gives none` : `got "${given}"`
  throw new OrganMosaicError(
    'usage',
    `A dataset's name: ${parsed.error.issues[0].message}; ${source}. Choose one with --name.`,
  )
}

async function refuseTakenName(workspace: Workspace, name: string, root: string): Promise<void> {
  if (!hasDataset(workspace, name)) return
  const known = readDataset(workspace, name)
  const real = (path: string) => realpath(path).catch(() => path)
  if ((await real(known.root)) === (await real(root))) return
  throw new OrganMosaicError(
    'conflict',
    `The name ${name} is taken by the dataset in ${known.root}; register ${root} under another one with --name.`,
  )
}

async function inspectCases(root: string, match: LayoutMatch, context: RegisterContext): Promise<CaseFacts[]> {
  let done = 0
  return mapConcurrently(match.cases, CONCURRENT_CASES, async (found) => {
    context.signal?.throwIfAborted()
    const facts = await inspectCase(root, found)
    done++
    context.onProgress?.({ done, total: match.cases.length, caseId: found.id })
    return facts
  })
}

/** Declared labels and those that only the user declares; without any declaration, every value that occurs. */
function labelsOf(match: LayoutMatch, facts: readonly CaseFacts[], overrides: readonly OrganOverride[]) {
  const values = [...new Set(facts.flatMap((each) => [...each.structures.keys()]))]
  const occurring = values
    .sort((a, b) => Number(a) - Number(b))
    .map((key): FoundLabel => ({ key, sourceName: `label ${key}` }))
  if (match.labels === null) return { found: occurring, declared: false }
  const declared = match.labels
  const added = occurring.filter(
    ({ key }) => overrides.some((override) => override.key === key) && !declared.some((label) => label.key === key),
  )
  return { found: [...declared, ...added], declared: true }
}

async function assessCases(
  folder: FolderListing,
  facts: readonly CaseFacts[],
  labels: readonly Label[],
  vocabulary: Vocabulary,
): Promise<{ cases: Case[]; findings: Finding[] }> {
  const patients = await readPatients(folder)
  const assessed = facts.map((each) => assessCase(each, labels, patients.get(each.id), vocabulary))
  const { cases, findings } = excludeDuplicates(assessed.map((each) => each.case))
  return { cases, findings: [...assessed.flatMap((each) => each.findings), ...findings] }
}

/** Only CT numbers reach far below zero in every scan; anything else is normalised by volume, as MR is. */
function guessModality(facts: readonly CaseFacts[]): Modality {
  const minima = facts.flatMap((each) => each.intensity?.min ?? [])
  return minima.length > 0 && minima.every((min) => min <= -500) ? 'CT' : 'other'
}
