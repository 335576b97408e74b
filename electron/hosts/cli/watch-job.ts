// Watches a short job with a progress line. Ctrl-C stops it.
import type { Watch } from '../../services/jobs/run-job.ts'
import type { Terminal } from './terminal.ts'

export async function watchJob<T>(terminal: Terminal, work: (watch: Watch) => Promise<T>, label = ''): Promise<T> {
  const line = terminal.progress(label)
  const controller = new AbortController()
  const stop = (): void => {
    line.note('Stopping; press Ctrl-C again to leave at once.')
    controller.abort()
  }
  try {
    return await terminal.interruptible(stop, () => work({ onEvent: line.show, signal: controller.signal }))
  } finally {
    line.close()
  }
}
