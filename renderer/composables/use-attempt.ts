// Something that may be refused: done, or the reason why not as a sentence to show.
import { ref, type Ref } from 'vue'
import { toOrganMosaicError } from '../../contract/errors.ts'

export function useAttempt(): { problem: Ref<string>; attempt: (work: () => Promise<void>) => Promise<void> } {
  const problem = ref('')
  async function attempt(work: () => Promise<void>): Promise<void> {
    problem.value = ''
    try {
      await work()
    } catch (thrown) {
      problem.value = toOrganMosaicError(thrown).message
    }
  }
  return { problem, attempt }
}
