// What is in a folder, and what it would be as a dataset: before it is registered, or of one that is, to see it anew.
import type { Inspection, Mapping } from '../../../contract/api/datasets.ts'
import type { Dataset, DatasetChoices, FolderReading } from '../../../contract/dataset.ts'
import { NameSchema } from '../../../contract/name.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { openPatientKey } from '../workspace/patient-key.ts'
import { choicesOf, readingOf } from './apply-choices.ts'
import { withSubset } from './choose-subset.ts'
import { composeDataset, overridesOf } from './compose-dataset.ts'
import { describeInspection } from './describe-inspection.ts'
import { inspectFolder, type FolderInspection, type InspectContext } from './inspect-folder.ts'
import { leaveOut } from './left-out.ts'
import { nameOfFolder } from './name-of-folder.ts'
import { chosenLeftOut, isSameFolder, keptOverrides } from './register-dataset.ts'

export interface InspectionRequest {
  /** The registered dataset to look at again */
  readonly known: Dataset | null
  readonly reading?: FolderReading | undefined
  /** What labels mean, where that was said already */
  readonly mapping?: Mapping | undefined
  readonly notDrawn?: readonly string[] | undefined
}

/** What is kept of an inspection while the host lives, for pictures of its labels. */
export interface InspectedFolder {
  readonly dataset: Dataset
  readonly inspection: FolderInspection
  readonly described: Inspection
}

export interface Surroundings {
  readonly workspace: Workspace
  readonly vocabulary: Vocabulary
  /** All that are registered */
  readonly datasets: readonly Dataset[]
}

/** @throws OrganMosaicError as inspectFolder; the signal's reason when aborted */
export async function lookIntoFolder(
  root: string,
  request: InspectionRequest,
  around: Surroundings,
  context: InspectContext,
): Promise<InspectedFolder> {
  const { known, mapping } = request
  const { vocabulary, datasets } = around
  const same = await Promise.all(datasets.map((other) => isSameFolder(other.root, root)))
  const registered = datasets.filter((_, at) => same[at])
  const role = known?.role ?? 'train'
  const before: DatasetChoices = known ? choicesOf(known) : { excluded: [], patients: null, registeredAs: role }
  // A folder that is registered once is read as it was then, unless somebody says otherwise.
  const [usual] = known === null && registered.length === 1 ? registered.map(choicesOf) : [before]
  // Where labels are spoken of, whatever is left out is among them.
  const leftOut = mapping ? [] : (before.leftOut ?? [])
  const said = { overrides: mapping ?? overridesOf(known?.labels ?? []), leftOut }
  const looking = {
    ...context,
    patientKey: openPatientKey(around.workspace.home),
    leaveOut: leaveOut(said, vocabulary),
  }
  const inspection = await withSubset(request.reading ?? readingOf(usual), null, (chosen) =>
    inspectFolder(root, { ...before, ...chosen }, looking),
  )
  const proposed = known?.name ?? proposeName(root, inspection)
  const dataset = composeDataset(
    inspection,
    {
      name: NameSchema.safeParse(proposed).success ? proposed : 'dataset',
      role,
      overrides: mapping ?? (known ? keptOverrides(known, inspection) : []),
      choices: {
        ...before,
        ...inspection.reading,
        ...(request.notDrawn ? { notDrawn: [...request.notDrawn] } : {}),
        leftOut: chosenLeftOut(inspection, { ...before, leftOut }),
      },
    },
    { vocabulary, otherDatasets: datasets.filter((other) => other.root !== root) },
  )
  const described = describeInspection(inspection, {
    vocabulary,
    dataset,
    name: proposed,
    registeredAs: registered.map((other) => other.name),
    again: known !== null,
  })
  return { dataset, inspection, described }
}

/** A table calls its datasets by name; a pipeline is called after whoever drew. */
const proposeName = (root: string, { match, reading }: FolderInspection): string =>
  nameOfFolder((match.layout === 'manifest' ? reading.subset : undefined) ?? root)
