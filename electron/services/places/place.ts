// A place where jobs run. Whatever it is, a job is its folder: the place only starts the trainer on it, tells whether it
// waits or runs, and takes it out of its queue. Everything else is said in the folder.
import type { PlaceFinding } from '../../../contract/place.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

export interface PlaceWork {
  /**
   * Starts the trainer on job folders, or puts them into the place's queue. They do not depend on each other.
   * @throws OrganMosaicError `conflict` when one is worked on already, `environment` when the place refuses
   */
  readonly start: (folders: readonly string[]) => Promise<void>
  /** What runs ends after its present step; what waits leaves the queue. */
  readonly ask: (folder: string, request: 'pause' | 'stop') => Promise<void>
  /** Brings place.json of these jobs up to date. A place that does not answer changes nothing, and ends no job. */
  readonly look: (folders: readonly string[]) => Promise<void>
  /** In the order in which one would mend it. */
  readonly check: (workspace: Workspace) => Promise<PlaceFinding[]>
}
