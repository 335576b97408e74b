// Notices what happens to runs, whoever started them: looks at the run folders now and then and tells what changed.
// It holds no process: a host that starts later sees the same, and a run outlives its host.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunSummary } from '../../../contract/commands.ts'
import { isAlive } from '../jobs/job-state.ts'
import { PROCESS_FILE } from '../../../trainer/job-folder/process-liveness.ts'
import { PLACE_FILE } from '../../../trainer/job-folder/read-job-place.ts'
import { JOURNAL } from '../../../trainer/job-folder/read-journal.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { lookAtWorkspace } from '../places/look-at-jobs.ts'
import { listRunNames, runFolder } from '../workspace/run-store.ts'

export interface RunWatcher {
  /** @returns a function that ends the subscription */
  subscribe: (listener: RunListener) => () => void
  /** Tells of a run whose files did not change. */
  tell: (name: string) => void
  close: () => void
}

export interface RunListener {
  onRun: (run: RunSummary, lastSeq: number) => void
  onRemoved: (name: string) => void
}

export interface RunWatcherParts {
  readonly workspace: Workspace
  readonly summarise: (name: string) => RunSummary
  readonly lastSeq: (name: string) => number
  readonly pollMs?: number
}

/** Of jobs on other machines and clusters. */
const PLACES_EVERY_MS = 5_000

/** How a run looked the last time. */
interface Look {
  readonly files: string
  /** Whether its process lived; null when nothing works on it, so that nobody need ask. */
  readonly alive: boolean | null
}

/** Looks only while somebody listens. */
export function createRunWatcher({ workspace, summarise, lastSeq, pollMs = 500 }: RunWatcherParts): RunWatcher {
  const listeners = new Set<RunListener>()
  let known = new Map<string, Look>()
  let timer: NodeJS.Timeout | null = null
  let placeTimer: NodeJS.Timeout | null = null

  /** Changes whenever the run's journal grows, a process starts on it, or a report or a preview is written. */
  function filesStamp(folder: string): string {
    const files = ['run.json', JOURNAL, PROCESS_FILE, PLACE_FILE, 'report'].map((file) => {
      const found = statSync(join(folder, file), { throwIfNoEntry: false })
      return found ? `${found.size} ${found.mtimeMs}` : '-'
    })
    return files.join(' ')
  }

  /** The same object as before when nothing changed. */
  function lookAt(name: string, before: Look | undefined): { look: Look; run: RunSummary | null } {
    const folder = runFolder(workspace, name)
    const files = filesStamp(folder)
    if (before?.files === files && (before.alive === null || before.alive === isAlive(folder))) {
      return { look: before, run: null }
    }
    // Before the summary: a process that dies in between is then noticed by the next look.
    const alive = isAlive(folder)
    try {
      const run = summarise(name)
      return { look: { files, alive: run.state === 'running' ? alive : null }, run }
    } catch {
      // A folder that cannot be read now is looked at again when it changes; `reindex` names what is wrong with it.
      return { look: { files, alive: null }, run: null }
    }
  }

  function look(tell: boolean): void {
    const now = new Map<string, Look>()
    for (const name of listRunNames(workspace)) {
      const seen = lookAt(name, known.get(name))
      now.set(name, seen.look)
      const { run } = seen
      if (tell && run) tellAll(run)
    }
    if (tell) {
      for (const name of known.keys()) if (!now.has(name)) listeners.forEach(({ onRemoved }) => onRemoved(name))
    }
    known = now
  }

  const tellAll = (run: RunSummary): void => listeners.forEach(({ onRun }) => onRun(run, lastSeq(run.name)))

  /** A workspace on a network drive may be away for a moment: that must not end the host, and is looked at again. */
  function lookAgain(): void {
    try {
      look(true)
    } catch {
      return
    }
  }

  function askPlaces(): void {
    // What does not answer is asked again.
    lookAtWorkspace(workspace).catch(() => undefined)
  }

  function stop(): void {
    if (timer) clearInterval(timer)
    if (placeTimer) clearInterval(placeTimer)
  }

  return {
    subscribe(listener) {
      if (listeners.size === 0) {
        look(false)
        timer = setInterval(lookAgain, pollMs)
        placeTimer = setInterval(askPlaces, PLACES_EVERY_MS)
        askPlaces()
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
    tell(name) {
      try {
        if (listeners.size > 0) tellAll(summarise(name))
      } catch {
        // It is gone, which the next look tells.
        return
      }
    },
    close() {
      listeners.clear()
      stop()
    },
  }
}
