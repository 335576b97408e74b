// What the whole page shares: the application, whether its host answers, its tasks, and the theme.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { AppEvent, AppInfo } from '../../contract/api/app.ts'
import type { Task } from '../../contract/task.ts'
import { call } from '../api/client.ts'
import { watchEvents } from '../api/events.ts'

export const useAppStore = defineStore('app', () => {
  const info = ref<AppInfo | null>(null)
  const connected = ref(true)
  const tasks = ref<Task[]>([])
  const listeners = new Set<(event: AppEvent) => void>()

  /** Called once, when the page starts. */
  async function start(): Promise<void> {
    watchEvents({ onEvent: take, onConnected: (value) => (connected.value = value) })
    info.value = await call('getApp')
    tasks.value = await call('listTasks')
  }

  function take(event: AppEvent): void {
    if (event.type === 'task') {
      tasks.value = [event.task, ...tasks.value.filter(({ id }) => id !== event.task.id)]
    }
    listeners.forEach((listener) => listener(event))
  }

  /** @returns a function that ends it */
  function onEvent(listener: (event: AppEvent) => void): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  /** Settles when a task ends. @throws nothing: how it ended is in the task */
  async function taskEnd(id: string): Promise<Task> {
    const known = tasks.value.find((task) => task.id === id) ?? (await call('getTask', { params: { task: id } }))
    if (known.state !== 'running') return known
    return new Promise((resolve) => {
      const end = onEvent((event) => {
        if (event.type !== 'task' || event.task.id !== id || event.task.state === 'running') return
        end()
        resolve(event.task)
      })
    })
  }

  const runningTasks = computed(() => tasks.value.filter(({ state }) => state === 'running'))
  return { info, connected, tasks, runningTasks, start, onEvent, taskEnd }
})
