// Evaluations that kept their predicted label maps for the viewer: jobs/evaluate-N/predictions/.
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readJob } from '../jobs/create-job-folder.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

/** @returns 'RUN:STAGE:MODEL DATASET' of each */
export function findKeptPredictions(workspace: Workspace): Set<string> {
  const kept = new Set<string>()
  for (const name of readdirSync(workspace.jobs)) {
    const folder = join(workspace.jobs, name)
    if (!name.startsWith('evaluate-') || !existsSync(join(folder, 'predictions'))) continue
    const key = keyOf(folder)
    if (key !== null) kept.add(key)
  }
  return kept
}

/** A job folder never changes what it is about. */
const knownKeys = new Map<string, string | null>()

function keyOf(folder: string): string | null {
  const known = knownKeys.get(folder)
  if (known !== undefined) return known
  const key = readKey(folder)
  knownKeys.set(folder, key)
  return key
}

function readKey(folder: string): string | null {
  try {
    const job = readJob(folder)
    return job.kind === 'evaluate' ? `${basename(job.runFolder)}:${job.stage}:${job.model} ${job.dataset.name}` : null
  } catch {
    return null
  }
}
