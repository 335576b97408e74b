// The registered datasets, kept up to date by the event stream, and what a person can do to one.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { DatasetCard, DatasetPage, LabelOffer } from '../../contract/api/datasets.ts'
import type { DatasetRole } from '../../contract/dataset.ts'
import type { LabelRepair } from '../../contract/label-treatment.ts'
import type { MappingFile } from '../../contract/mapping-file.ts'
import type { PatientRule } from '../../contract/patient-rule.ts'
import type { Task } from '../../contract/task.ts'
import { call } from '../api/client.ts'
import { useAppStore } from './app.ts'

export const useDatasetsStore = defineStore('datasets', () => {
  const cards = ref<DatasetCard[]>([])
  const loaded = ref(false)
  const error = ref<unknown>(null)
  /** Counts up with every change: pages read again, and pictures get another address. */
  const revision = ref(0)

  useAppStore().onEvent((event) => {
    if (event.type === 'datasets') void load()
  })

  async function load(): Promise<void> {
    try {
      cards.value = await call('listDatasets')
      error.value = null
      revision.value++
    } catch (thrown) {
      error.value = thrown
    }
    loaded.value = true
  }

  const params = (dataset: string) => ({ params: { dataset } })
  return {
    cards,
    loaded,
    error,
    revision,
    load,
    rename: (dataset: string, name: string): Promise<DatasetPage> =>
      call('editDataset', { ...params(dataset), body: { name } }),
    changeRole: (dataset: string, role: DatasetRole): Promise<DatasetPage> =>
      call('editDataset', { ...params(dataset), body: { role } }),
    exclude: (dataset: string, caseId: string, excluded: boolean): Promise<DatasetPage> =>
      call('excludeCases', { ...params(dataset), body: { cases: [caseId], excluded } }),
    groupPatients: (dataset: string, rule: PatientRule | null): Promise<DatasetPage> =>
      call('groupPatients', { ...params(dataset), body: { rule } }),
    repairs: (dataset: string): Promise<LabelOffer[]> => call('listRepairs', params(dataset)),
    repair: (dataset: string, cases: string[], repair: LabelRepair | null): Promise<Task> =>
      call('repairLabels', { ...params(dataset), body: { cases, repair } }),
    mapping: (dataset: string): Promise<MappingFile> => call('getMapping', params(dataset)),
    rescan: (dataset: string): Promise<Task> => call('rescanDataset', params(dataset)),
    relink: (dataset: string, folder: string): Promise<Task> =>
      call('relinkDataset', { ...params(dataset), body: { folder } }),
    remove: async (dataset: string): Promise<string> => (await call('removeDataset', params(dataset))).removed,
    restore: (removed: string): Promise<DatasetPage> => call('restoreDataset', { params: { removed } }),
  }
})
