// The runs of the workspace, kept up to date by the event stream, and what a person can do to one.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { RunSummary } from '../../contract/commands.ts'
import { call } from '../api/client.ts'
import { useAppStore } from './app.ts'

export const useRunsStore = defineStore('runs', () => {
  /** Newest first. */
  const runs = ref<RunSummary[]>([])
  /** The last run that was removed, while that can be undone. */
  const removed = ref<{ name: string; id: string } | null>(null)

  useAppStore().onEvent((event) => {
    if (event.type === 'run') take(event.run)
    if (event.type === 'run-removed') drop(event.name)
  })

  function take(run: RunSummary): void {
    const known = runs.value.some(({ name }) => name === run.name)
    const others = known ? runs.value.map((each) => (each.name === run.name ? run : each)) : [run, ...runs.value]
    runs.value = others.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  }

  const drop = (name: string): void => void (runs.value = runs.value.filter((each) => each.name !== name))

  async function load(): Promise<RunSummary[]> {
    runs.value = await call('listRuns')
    return runs.value
  }

  const resume = async (run: string, smallerPatch = false): Promise<void> =>
    take(await call('resumeRun', { params: { run }, body: { smallerPatch } }))
  const control = async (run: string, request: 'pause' | 'stop'): Promise<void> =>
    take(await call('controlRun', { params: { run }, body: { request } }))

  async function remove(name: string): Promise<void> {
    const { removed: id } = await call('removeRun', { params: { run: name } })
    drop(name)
    removed.value = { name, id }
  }

  async function restore(): Promise<void> {
    if (!removed.value) return
    take(await call('restoreRun', { params: { removed: removed.value.id } }))
    removed.value = null
  }

  return { runs, removed, load, take, resume, control, remove, restore }
})
