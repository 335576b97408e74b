// Folders on their way to becoming datasets: sent, looked into, asked about, registered. One after the other.
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import { InspectionSchema, type Inspection, type Mapping } from '../../contract/api/datasets.ts'
import type { DatasetRole, FolderReading } from '../../contract/dataset.ts'
import type { MappingWord } from '../../contract/mapping-file.ts'
import { toOrganMosaicError } from '../../contract/errors.ts'
import { call } from '../api/client.ts'
import { uploadFolder, type DroppedFolder } from '../api/upload-folder.ts'
import { useAppStore } from './app.ts'

export interface Adding {
  readonly id: number
  readonly title: string
  state: 'sending' | 'looking' | 'ready' | 'registering' | 'done' | 'failed'
  /** 0 to 1, of sending */
  share: number
  taskId: string | null
  inspection: Inspection | null
  /** How many volumes its images hold, as soon as one has to be chosen */
  volumes: number
  /** As it is sent or dropped; an archive until it was looked into */
  folder: string | null
  /** How a person wants it read */
  reading: FolderReading
  /** What a mapping file said that was applied, and what it did not */
  mappingWords: readonly MappingWord[]
  problem: string
}

/** What was chosen so far: it survives looking again. */
export interface Chosen {
  readonly mapping: Mapping
  readonly notDrawn: readonly string[]
}

interface Looking {
  reading?: FolderReading
  mapping?: Mapping
  notDrawn?: string[]
}

export const useAddDatasetsStore = defineStore('add-datasets', () => {
  const app = useAppStore()
  const items = ref<Adding[]>([])
  const currentId = ref<number | null>(null)
  const open = ref(false)
  const current = computed(() => items.value.find(({ id }) => id === currentId.value) ?? null)
  let lastId = 0

  function begin(title: string, work: (item: Adding) => Promise<void>): Promise<void> {
    const empty = { share: 0, taskId: null, inspection: null, volumes: 0, folder: null, reading: {}, problem: '' }
    const item = reactive<Adding>({ id: ++lastId, title, state: 'looking', mappingWords: [], ...empty })
    items.value = [...items.value.filter(({ state }) => state !== 'done'), item]
    if (current.value === null || current.value.state === 'failed') currentId.value = item.id
    open.value = true
    return attempt(item, work)
  }

  async function attempt(item: Adding, work: (item: Adding) => Promise<void>): Promise<void> {
    try {
      await work(item)
    } catch (thrown) {
      item.state = 'failed'
      item.problem = toOrganMosaicError(thrown).message
    }
  }

  async function inspect(item: Adding, body: ({ folder: string } | { dataset: string }) & Looking): Promise<void> {
    item.state = 'looking'
    item.problem = ''
    if ('folder' in body) item.folder = body.folder
    const started = await call('inspectFolder', { body })
    item.taskId = started.id
    const task = await app.taskEnd(started.id)
    if (task.state !== 'done') {
      item.state = 'failed'
      item.problem = task.error?.message ?? 'It was cancelled.'
      return
    }
    item.inspection = InspectionSchema.parse(task.result)
    item.volumes = Math.max(item.volumes, item.inspection.volumes)
    item.folder = item.inspection.folder
    item.reading = item.inspection.reading
    item.state = 'ready'
  }

  const addPath = (folder: string): Promise<void> =>
    begin(folder.split(/[\\/]/).at(-1) ?? folder, (item) => inspect(item, { folder }))

  const addDropped = (dropped: DroppedFolder): Promise<void> =>
    begin(dropped.name, async (item) => {
      item.state = 'sending'
      await inspect(item, { folder: await uploadFolder(dropped, (share) => (item.share = share)) })
    })

  /** The folder is looked into again: what is in it depends on how it is read. */
  async function readAgain(item: Adding, reading: FolderReading, chosen?: Chosen): Promise<void> {
    const { folder, inspection } = item
    item.reading = reading
    const said = chosen ? { mapping: chosen.mapping, notDrawn: [...chosen.notDrawn] } : {}
    const place = inspection?.dataset ? { dataset: inspection.dataset } : folder === null ? null : { folder }
    if (place) await attempt(item, () => inspect(item, { ...place, reading, ...said }))
  }

  function tellMapping(id: number, words: readonly MappingWord[]): void {
    const item = items.value.find((each) => each.id === id)
    if (item) item.mappingWords = words
  }

  /** Labels of a registered dataset, to be mapped anew. */
  const remap = (dataset: string): Promise<void> => begin(dataset, (item) => inspect(item, { dataset }))

  async function register(item: Adding, name: string, role: DatasetRole, { mapping, notDrawn }: Chosen): Promise<void> {
    if (!item.inspection) return
    const { folder, reading } = item.inspection
    item.problem = ''
    try {
      const started = await call('registerDataset', {
        body: { folder, name, role, mapping, reading, notDrawn: [...notDrawn] },
      })
      item.state = 'registering'
      item.taskId = started.id
      const task = await app.taskEnd(started.id)
      if (task.state === 'done') return finish(item)
      item.problem = task.error?.message ?? 'It was cancelled.'
    } catch (thrown) {
      item.problem = toOrganMosaicError(thrown).message
    }
    item.state = 'ready'
  }

  function finish(item: Adding): void {
    item.state = 'done'
    leave(item)
  }

  /** Takes a folder off the list, and shows the next one. */
  function leave(item: Adding): void {
    if (item.taskId && item.state === 'looking') void call('cancelTask', { params: { task: item.taskId } })
    items.value = items.value.filter(({ id }) => id !== item.id)
    currentId.value = items.value[0]?.id ?? null
    if (items.value.length === 0) open.value = false
  }

  function close(): void {
    for (const item of [...items.value]) leave(item)
    open.value = false
  }

  return { items, current, currentId, open, addPath, addDropped, readAgain, tellMapping, remap, register, leave, close }
})
