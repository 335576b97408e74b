// A measurement as a task of the services: started, waited for, cancelled, and outdated once what was measured has changed.
import { ref, shallowRef, watch } from 'vue'
import type { Task } from '../../contract/task.ts'
import { toOrganMosaicError } from '../../contract/errors.ts'
import { useAppStore } from '../stores/app.ts'

/**
 * @param subject what a measurement is of, as text: of another text the result tells nothing
 * @param begin starts the task
 * @param read the result of a task that is done
 */
export function useMeasurement<T>(
  subject: () => string,
  begin: () => Promise<Pick<Task, 'id'>>,
  read: (result: unknown) => T,
) {
  const app = useAppStore()
  const taskId = ref<string | null>(null)
  const problem = ref('')
  const measured = shallowRef<{ subject: string; result: T } | null>(null)

  async function measure(): Promise<void> {
    ;[problem.value, measured.value] = ['', null]
    const of = subject()
    try {
      const { id } = await begin()
      taskId.value = id
      const end = await app.taskEnd(id)
      if (end.state === 'failed') problem.value = end.error?.message ?? 'The measurement failed.'
      if (end.state === 'done') measured.value = { subject: of, result: read(end.result) }
    } catch (thrown) {
      problem.value = toOrganMosaicError(thrown).message
    }
    taskId.value = null
  }
  watch(subject, () => (problem.value = ''))

  return { taskId, problem, measured, measure }
}
