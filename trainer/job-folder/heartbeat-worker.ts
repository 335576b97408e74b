// The thread of heartbeat.ts. It also notices when another trainer has taken the job over, which happens when this one was
// taken for dead: its machine slept, or was cut off. Two must not write one job, so this process ends at once.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { lastClaim } from './claims.ts'
import { BEAT_MS, HEARTBEAT } from './heartbeat.ts'

const { folder, claim } = workerData as { folder: string; claim: number }
let beat = 0

function live(): void {
  if ((lastClaim(folder)?.number ?? 0) > claim) {
    console.error('Another trainer has taken this job over; this one ends.')
    process.kill(process.pid, 'SIGKILL')
  }
  try {
    writeFileSync(join(folder, HEARTBEAT), `${claim} ${(beat += 1)}\n`)
  } catch {
    // The disk is full, or away for a moment: the training itself says so when it matters.
    return
  }
}

live()
setInterval(live, BEAT_MS)
