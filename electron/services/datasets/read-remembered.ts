// Reads folders in the threads of the host, and of them only the cases that changed since the last time.
import type { TaskContext } from '../tasks/create-tasks.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { openCaseFactsMemory } from './case-facts-memory.ts'
import type { InspectContext } from './inspect-folder.ts'
import type { VolumeWorkers } from './volume-workers.ts'

/** @param work reads the folder `root`; what it read of cases is kept for the next time, also when it fails */
export type ReadRemembered = <T>(
  root: string,
  task: TaskContext,
  work: (context: InspectContext) => Promise<T>,
) => Promise<T>

export function createReadRemembered(workspace: Workspace, workers: VolumeWorkers): ReadRemembered {
  return async (root, { signal, report }, work) => {
    const memory = openCaseFactsMemory(workspace.cache, root, (folder, found, signature) =>
      workers.run({ kind: 'inspect', root: folder, found, signature, cacheFolder: workspace.cache }),
    )
    let complete = false
    try {
      const result = await work({
        signal,
        inspectCase: memory.inspectCase,
        detect: (folder, role, reading) => workers.run({ kind: 'detect', root: folder, role, reading }),
        onProgress: ({ done, total, caseId }) => report({ done, total, message: caseId }),
      })
      complete = true
      return result
    } finally {
      memory.save(complete)
    }
  }
}
