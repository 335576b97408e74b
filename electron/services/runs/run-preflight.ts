// Three real training steps in a trainer child, and what follows from them: does it fit, how long, and what would fit.
import { existsSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { availableParallelism, freemem } from 'node:os'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { saysOutOfMemory } from '../../../contract/memory.ts'
import { PreflightReportSchema, type PreflightReport, type PreflightResult } from '../../../contract/preflight.ts'
import { derivePlan } from '../../../trainer/imaging/planning/derive-plan.ts'
import { newJobFolder } from '../jobs/create-job-folder.ts'
import { jobState } from '../jobs/job-state.ts'
import { readJobReport } from '../jobs/read-job-report.ts'
import { runJob, type Watch } from '../jobs/run-job.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

/** The share of the free memory that a training may take: other programs want some too. */
const MEMORY_SHARE = 0.85
const SMALLEST_PATCH = 4096

/** @throws OrganMosaicError what the trainer says; a trainer that was ended from outside is a result, not an error */
export async function runPreflight(workspace: Workspace, job: TrainJob, watch: Watch): Promise<PreflightResult> {
  const folder = newJobFolder(workspace.jobs, 'preflight')
  try {
    await runJob(folder, { ...job, kind: 'preflight', name: basename(folder) }, 'The measurement', watch)
  } catch (thrown) {
    if (watch.signal?.aborted || !isOutOfMemory(folder, thrown)) throw thrown
    return tooLarge(job)
  } finally {
    rmSync(join(folder, 'checkpoints'), { recursive: true, force: true })
  }
  return judgePreflight(readJobReport(folder, PreflightReportSchema))
}

/** A process that the system ended says nothing; one that TensorFlow refused memory says so. */
function isOutOfMemory(folder: string, thrown: unknown): boolean {
  if (existsSync(folder) && jobState(folder) === 'interrupted') return true
  const { code, message } = toOrganMosaicError(thrown)
  return code === 'out-of-memory' || saysOutOfMemory(message)
}

function tooLarge(job: TrainJob): PreflightResult {
  const { patch } = derivePlan(job.datasets, job.config)
  const voxels = patch[0] * patch[1] * patch[2]
  const maxPatchVoxels = Math.max(SMALLEST_PATCH, Math.floor(voxels / 2000) * 1000)
  return {
    report: null,
    fits: false,
    maxPatchVoxels,
    message:
      `The trainer ran out of memory with a patch of ${patch.join(' x ')} voxels (${formatMb(freemem() / 2 ** 20)} free, ` +
      `${availableParallelism()} threads). Try at most ${maxPatchVoxels} voxels a patch.`,
  }
}

/** What a patch needs grows with its voxels; the rest stays. */
export function judgePreflight(report: PreflightReport): PreflightResult {
  const { peakMb, freeMb, baseMb, patchVoxels, device } = report
  const memory = device.type === 'GPU' ? 'memory of the graphics card' : 'memory'
  const allowed = freeMb * MEMORY_SHARE
  if (peakMb <= allowed) {
    const message = `It needs ${formatMb(peakMb)} of ${memory}, and ${formatMb(freeMb)} are free.`
    return { report, fits: true, maxPatchVoxels: null, message }
  }
  const share = Math.max(0, allowed - baseMb) / Math.max(1, peakMb - baseMb)
  const maxPatchVoxels = Math.max(SMALLEST_PATCH, Math.floor((patchVoxels * Math.min(1, share)) / 1000) * 1000)
  return {
    report,
    fits: false,
    maxPatchVoxels,
    message:
      `It needs ${formatMb(peakMb)} of ${memory}, and only ${formatMb(freeMb)} are free. ` +
      `With at most ${maxPatchVoxels} voxels a patch it should fit.`,
  }
}

const formatMb = (mb: number): string => (mb >= 1024 ? `${(mb / 1024).toFixed(1)} GB` : `${Math.round(mb)} MB`)
