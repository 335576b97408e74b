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
  }

  function take(event: AppEvent): void {
    if (event.type === 'hello') void catchUp()
    if (event.type === 'task' && !keep(event.task)) return
    listeners.forEach((listener) => listener(event))
  }

  /** @returns false for old news: a task that ended does not run again, whichever answer comes last */
  function keep(task: Task): boolean {
    const known = tasks.value.find(({ id }) => id === task.id)
    if (known && known.state !== 'running' && task.state === 'running') return false
    tasks.value = [task, ...tasks.value.filter(({ id }) => id !== task.id)]
    return true
  }

  /** Every connection begins with what was missed before it. */
  async function catchUp(): Promise<void> {
    const missed = await call('listTasks').catch(() => [])
    for (const task of missed.reverse()) take({ type: 'task', task })
  }

  /** @returns a function that ends it */
  function onEvent(listener: (event: AppEvent) => void): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  /** Settles when a task ends; how it ended is in the task. @throws OrganMosaicError when the host does not know it */
  function taskEnd(id: string): Promise<Task> {
    return new Promise((resolve, reject) => {
      const look = (task: Task): void => {
        if (task.id !== id || task.state === 'running') return
        end()
        resolve(task)
      }
      const end = onEvent((event) => event.type === 'task' && look(event.task))
      // Listening first, asking then: whenever it ends, one of the two tells.
      call('getTask', { params: { task: id } }).then(look, (thrown: unknown) => {
        end()
        reject(thrown)
      })
    })
  }

  const runningTasks = computed(() => tasks.value.filter(({ state }) => state === 'running'))
  return { info, connected, tasks, runningTasks, start, onEvent, taskEnd }
})
