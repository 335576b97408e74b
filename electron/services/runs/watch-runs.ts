// Notices what happens to runs, whoever started them: looks at the run folders now and then and tells what changed.
// It holds no process: a host that starts later sees the same, and a run outlives its host.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunSummary } from '../../../contract/commands.ts'
import { jobState } from '../jobs/job-state.ts'
import { JOURNAL } from '../jobs/read-journal.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, runFolder } from '../workspace/run-store.ts'

export interface RunWatcher {
  /** @returns a function that ends the subscription */
  subscribe: (listener: RunListener) => () => void
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

/** Looks only while somebody listens. */
export function createRunWatcher({ workspace, summarise, lastSeq, pollMs = 500 }: RunWatcherParts): RunWatcher {
  const listeners = new Set<RunListener>()
  let known = new Map<string, string>()
  let timer: NodeJS.Timeout | null = null

  /** Changes whenever the run's journal grows, its process starts or ends, or a report is written. */
  function stamp(name: string): string {
    const folder = runFolder(workspace, name)
    const report = join(folder, 'report')
    const journal = statSync(join(folder, JOURNAL), { throwIfNoEntry: false })
    const reports = existsSync(report) ? statSync(report).mtimeMs : 0
    return `${journal?.size ?? 0} ${reports} ${jobState(folder)}`
  }

  function look(tell: boolean): void {
    const now = new Map(listRunNames(workspace).map((name) => [name, stamp(name)]))
    if (tell) {
      for (const [name, value] of now) if (known.get(name) !== value) announce(name)
      for (const name of known.keys()) if (!now.has(name)) listeners.forEach(({ onRemoved }) => onRemoved(name))
    }
    known = now
  }

  function announce(name: string): void {
    try {
      const run = summarise(name)
      listeners.forEach(({ onRun }) => onRun(run, lastSeq(name)))
    } catch {
      // A folder that cannot be read now is looked at again when it changes; `reindex` names what is wrong with it.
    }
  }

  return {
    subscribe(listener) {
      if (listeners.size === 0) {
        look(false)
        timer = setInterval(() => look(true), pollMs)
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0 && timer) clearInterval(timer)
      }
    },
    close() {
      listeners.clear()
      if (timer) clearInterval(timer)
    },
  }
}
