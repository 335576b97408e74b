// What a window does with datasets: looks at them, changes them, adds and removes them. Wires; the work is elsewhere.
import { access } from 'node:fs/promises'
import type { DatasetCard, DatasetPage } from '../../../contract/api/datasets.ts'
import type { AvailabilityState, LabelSource } from '../../../contract/case.ts'
import type { Dataset, DatasetRole, Label } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { keptOrganColor } from '../../../contract/kept-organ-color.ts'
import { sidedKey, SIDES, type LabelRepair } from '../../../contract/label-treatment.ts'
import type { OrganId, Vocabulary } from '../../../contract/organ.ts'
import type { PatientRule } from '../../../contract/patient-rule.ts'
import {
  listDatasetNames,
  readDataset,
  removeDataset,
  renameDataset,
  restoreDataset,
  saveDataset,
} from '../workspace/dataset-store.ts'
import { describeDataset, summariseDataset } from '../workspace/describe-dataset.ts'
import { choicesOf } from './apply-choices.ts'
import { stateOf, usableCases } from './availability.ts'
import { patientCount } from './compose-dataset.ts'
import { createDatasetTasks, type DatasetTasks, type DatasetTasksContext } from './dataset-tasks.ts'
import { withExcluded, withPatients, withRole } from './edit-dataset.ts'
import { createPictureCache } from './picture-cache.ts'
import { refreshAcross } from './quality/refresh-across.ts'
import { createVolumeWorkers } from './volume-workers.ts'

const THUMBNAIL_PIXELS = 240
const PICTURE_PIXELS = 320

export interface DatasetDesk extends Omit<DatasetTasks, 'requireIdle' | 'isBusy' | 'getInspection'> {
  readonly list: () => Promise<DatasetCard[]>
  readonly get: (name: string) => Promise<DatasetPage>
  readonly read: (name: string) => Dataset
  /** @throws OrganMosaicError `conflict` when the name is taken, or while a task works on the dataset */
  readonly edit: (name: string, change: { name?: string | undefined; role?: DatasetRole | undefined }) => Dataset
  readonly exclude: (name: string, cases: readonly string[], excluded: boolean) => Dataset
  readonly groupPatients: (name: string, rule: PatientRule | null) => Dataset
  /** @returns what restore takes it back with */
  readonly remove: (name: string) => string
  readonly restore: (removed: string) => Dataset
  /** PNG of a case; without one, of a typical case of the dataset */
  readonly drawThumbnail: (name: string, caseId?: string) => Promise<Uint8Array>
  /** PNG of a case whose labels lie beside its image, as a repair would place them */
  readonly drawRepair: (name: string, caseId: string, repair: LabelRepair) => Promise<Uint8Array>
  /** PNG of a label in an inspected folder; without a case, of the one that shows it best */
  readonly drawLabel: (task: string, label: string, caseId?: string) => Promise<Uint8Array>
  readonly listOrganCases: (
    name: string,
    organ: OrganId,
  ) => { id: string; state: AvailabilityState; volumeMl: number }[]
  readonly close: () => Promise<void>
}

export interface DatasetDeskContext extends Pick<DatasetTasksContext, 'workspace' | 'tasks' | 'vocabulary'> {
  /** Puts a dataset into the index. */
  readonly index: (dataset: Dataset) => void
  readonly forget: (name: string) => void
  readonly changed: () => void
}

export function createDatasetDesk(context: DatasetDeskContext): DatasetDesk {
  const { workspace, vocabulary, index, forget, changed } = context
  const workers = createVolumeWorkers()
  const pictures = createPictureCache(workspace.cache, workers)
  const read = (name: string): Dataset => readDataset(workspace, name)
  const saved = (dataset: Dataset): Dataset => {
    index(dataset)
    refreshAcross(workspace, dataset.name, isBusy)
    changed()
    return dataset
  }
  const { requireIdle, isBusy, getInspection, ...startTasks } = createDatasetTasks({
    ...context,
    workers,
    saved: (dataset) => describeDataset(saved(dataset)),
  })

  function change(name: string, work: (dataset: Dataset) => Dataset): Dataset {
    requireIdle(name)
    const dataset = work(read(name))
    saveDataset(workspace, dataset)
    return saved(dataset)
  }

  const drawCaseOf = (
    { root, labels, channels, cases }: Dataset,
    caseId: string,
    size: number,
    { only, repair }: { only?: readonly string[]; repair?: LabelRepair } = {},
  ) => {
    const each = cases.find(({ id }) => id === caseId)
    if (!each || each.images[0] === '' || each.geometry === null) {
      throw new OrganMosaicError('not-found', `Case ${caseId} has no image that could be drawn.`)
    }
    const all = colorsOf(labels, vocabulary())
    const colors = only ? Object.fromEntries(only.map((key) => [key, all[key] ?? keptOrganColor(key)])) : all
    const sources = only ? each.labels.filter((source) => mayHold(source, only)) : each.labels
    const shown = repair ? sources.map((source) => ({ ...source, repair })) : sources
    const [image] = each.images
    const ct = channels[0].modality === 'CT'
    const job = { root, image, labels: shown, overlaps: each.overlaps, colors, ct, size }
    return pictures.draw(`${each.fileHash}`, job)
  }

  return {
    ...startTasks,
    read,
    list: () => Promise.all(listDatasetNames(workspace).map((name) => toCard(read(name)))),
    get: async (name) => toPage(read(name)),
    edit(name, { name: newName = name, role }) {
      requireIdle(name)
      requireIdle(newName)
      const others = listDatasetNames(workspace).filter((other) => other !== name)
      if (newName !== name) renameDataset(workspace, name, newName)
      if (newName !== name) forget(name)
      return change(newName, (dataset) => (role === undefined ? dataset : withRole(dataset, role, others.map(read))))
    },
    exclude: (name, cases, excluded) => change(name, (dataset) => withExcluded(dataset, cases, excluded)),
    groupPatients: (name, rule) => change(name, (dataset) => withPatients(dataset, rule)),
    remove(name) {
      requireIdle(name)
      const removed = removeDataset(workspace, name)
      forget(name)
      refreshAcross(workspace, null, isBusy)
      changed()
      return removed
    },
    restore: (removed) => saved(restoreDataset(workspace, removed)),
    async drawThumbnail(name, caseId) {
      const dataset = read(name)
      const id = caseId ?? typicalCase(dataset)
      if (id === undefined) throw new OrganMosaicError('not-found', `${name} has no case that could be drawn.`)
      return drawCaseOf(dataset, id, THUMBNAIL_PIXELS)
    },
    async drawRepair(name, caseId, repair) {
      return drawCaseOf(read(name), caseId, PICTURE_PIXELS, { repair })
    },
    async drawLabel(task, label, caseId) {
      const { dataset, described } = getInspection(task)
      const found = described.labels.find(({ key }) => key === label)
      const example = caseId ?? found?.example
      if (!found || !example) {
        throw new OrganMosaicError('not-found', `No case of ${dataset.root} has a voxel of ${label}.`)
      }
      // Both sides of a label that is split are shown together: that is what there is to look at.
      const from = found.split?.from
      const only = from === undefined ? [label] : SIDES.map((side) => sidedKey(from, side))
      return drawCaseOf(dataset, example, PICTURE_PIXELS, { only })
    },
    listOrganCases: (name, organ) =>
      usableCases(read(name)).map((each) => ({
        id: each.id,
        state: stateOf(organ, each),
        volumeMl: each.availability[organ]?.volumeMl ?? 0,
      })),
    close: () => workers.close(),
  }
}

async function toCard(dataset: Dataset): Promise<DatasetCard> {
  const folderFound = await access(dataset.root).then(
    () => true,
    () => false,
  )
  return { ...summariseDataset(dataset), folderFound, patients: patientCount(usableCases(dataset)) }
}

const toPage = async (dataset: Dataset): Promise<DatasetPage> => ({
  ...describeDataset(dataset),
  summary: await toCard(dataset),
  choices: choicesOf(dataset),
})

/** The usable case whose labelled volume is the middle one. */
function typicalCase(dataset: Dataset): string | undefined {
  const volume = (id: string): number =>
    Object.values(dataset.cases.find((each) => each.id === id)?.availability ?? {}).reduce(
      (sum, { voxels }) => sum + voxels,
      0,
    )
  const ids = usableCases(dataset).map(({ id }) => id)
  return ids.sort((a, b) => volume(a) - volume(b))[Math.floor(ids.length / 2)]
}

const mayHold = (source: LabelSource, keys: readonly string[]): boolean =>
  source.kind === 'map' ||
  keys.includes(source.labelKey) ||
  (source.split ?? []).some(({ key }) => SIDES.some((side) => keys.includes(sidedKey(key, side))))

/** That of its first organ; a name that the vocabulary does not know has the one that its file proposes. */
const colorsOf = (labels: readonly Label[], { organs }: Vocabulary): Record<string, string> =>
  Object.fromEntries(
    labels.map(({ key, organs: [organ], color }) => [
      key,
      organs.find(({ id }) => id === organ)?.color ?? color ?? keptOrganColor(organ),
    ]),
  )
