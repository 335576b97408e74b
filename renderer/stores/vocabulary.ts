// The organ vocabulary in the window: names and colours of organs. Fetched once; colours of other organs follow the datasets.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { keptOrganColor } from '../../contract/kept-organ-color.ts'
import type { Side } from '../../contract/label-treatment.ts'
import type { Organ, OrganId } from '../../contract/organ.ts'
import { call } from '../api/client.ts'
import { useAppStore } from './app.ts'

export const useVocabularyStore = defineStore('vocabulary', () => {
  const organs = ref<Organ[]>([])
  const byId = computed(() => new Map(organs.value.map((organ) => [organ.id, organ])))
  const nameOf = (id: OrganId): string => byId.value.get(id)?.name ?? id
  /** What label files propose for organs that are not in it */
  const kept = ref<Record<OrganId, string>>({})
  const colorOf = (id: OrganId): string => byId.value.get(id)?.color ?? kept.value[id] ?? keptOrganColor(id)
  const sideOf = (id: OrganId): Side | null => byId.value.get(id)?.laterality ?? null
  const knows = (id: OrganId): boolean => byId.value.has(id)

  void call('getVocabulary').then(
    (all) => (organs.value = all),
    () => (organs.value = []),
  )
  const loadColors = (): Promise<unknown> =>
    call('getKeptColors').then(
      (all) => (kept.value = all),
      () => undefined,
    )
  void loadColors()
  useAppStore().onEvent(({ type }) => {
    if (type === 'datasets') void loadColors()
  })
  return { organs, nameOf, colorOf, sideOf, knows }
})
