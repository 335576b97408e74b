// The studies of the workspace, read again whenever a study or a run of one says something.
import { defineStore } from 'pinia'
import { onScopeDispose, ref } from 'vue'
import type { AppEvent } from '../../contract/api/app.ts'
import type { StudySummary } from '../../contract/study-state.ts'
import type { StudyConfig } from '../../contract/study.ts'
import { call } from '../api/client.ts'
import { useAppStore } from './app.ts'

/** A training writes more often than a person reads. */
const QUIET_MS = 1000
/** What a command in a terminal scores is told by no event. */
const LOOK_MS = 5000

export const useStudiesStore = defineStore('studies', () => {
  /** Newest first. */
  const studies = ref<StudySummary[]>([])
  /** The last study that was removed, while that can be undone. */
  const removed = ref<{ name: string; id: string } | null>(null)

  async function load(): Promise<StudySummary[]> {
    studies.value = await call('listStudies')
    return studies.value
  }

  const start = (config: StudyConfig) => call('startStudy', { body: config })
  const resume = (study: string) => call('resumeStudy', { params: { study } })
  const control = (study: string, request: 'pause' | 'cancel') =>
    call('controlStudy', { params: { study }, body: { request } })

  async function remove(name: string): Promise<void> {
    const { removed: id } = await call('removeStudy', { params: { study: name } })
    removed.value = { name, id }
    await load()
  }

  async function restore(): Promise<void> {
    if (!removed.value) return
    await call('restoreStudy', { params: { removed: removed.value.id } })
    removed.value = null
    await load()
  }

  return { studies, removed, load, start, resume, control, remove, restore }
})

/** Calls back a moment after something happened to one of these studies, for as long as the component lives. */
export function useStudyNews(
  isOfInterest: (event: AppEvent) => boolean,
  isRunning: () => boolean,
  look: () => void,
): void {
  let timer: ReturnType<typeof setTimeout> | null = null
  const end = useAppStore().onEvent((event) => {
    if (timer || !isOfInterest(event)) return
    timer = setTimeout(() => {
      timer = null
      look()
    }, QUIET_MS)
  })
  const clock = setInterval(() => isRunning() && look(), LOOK_MS)
  onScopeDispose(() => {
    end()
    clearInterval(clock)
    if (timer) clearTimeout(timer)
  })
}
