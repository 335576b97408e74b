// Takes a job to work on it: one trainer a job, on whichever machines they are started.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OrganMosaicError } from '../../contract/errors.ts'
import type { JobProcess } from '../../contract/job.ts'
import { lastClaim, makeClaim } from './claims.ts'
import { BEAT_MS, beatOf, isBeating } from './heartbeat.ts'
import { isSameProcess, PROCESS_FILE, processLiveness, readJobProcess } from './process-liveness.ts'
import { lastEvent, lastSeq } from './read-journal.ts'
import { PLACE_FILE, whereAway } from './read-job-place.ts'

/** Longer than three beats: a trainer of another machine that says nothing meanwhile is gone. */
const OBSERVE_MS = 3 * BEAT_MS + 2_000

/**
 * Makes `me` the one that works on the job, and says so in process.json.
 * Asked twice for the same process, by itself and by whoever started it, it answers the same.
 * @returns the number of the claim
 * @throws OrganMosaicError `conflict` when another process is at work, or was a few seconds faster, or the job is away
 */
export async function claimJob(folder: string, me: JobProcess): Promise<number> {
  refuseAway(folder)
  for (;;) {
    const last = lastClaim(folder)
    const owner = last?.process ?? readJobProcess(folder)
    if (last && owner && isSameProcess(owner, me)) {
      writeProcess(folder, owner)
      return last.number
    }
    if (owner && (await isAtWork(folder, owner, me))) {
      if (lastClaim(folder)?.number === last?.number) throw conflict(folder, owner)
      // What changed was the claim: of another process, or of this one, by whoever started it.
      continue
    }
    const claimed = { ...me, afterSeq: lastSeq(folder) }
    const number = (last?.number ?? 0) + 1
    if (makeClaim(folder, number, claimed)) {
      writeProcess(folder, claimed)
      return number
    }
  }
}

/** Its claims are made in the copy that the other machine has. */
function refuseAway(folder: string): void {
  const away = whereAway(folder)
  if (!away) return
  throw new OrganMosaicError(
    'conflict',
    `The job in ${folder} is on ${away.place.name}, and what it did there is not all here; pause or stop it, and go on once it is back. If that machine is gone for good, delete ${join(folder, PLACE_FILE)}: the job then goes on from what came back.`,
    { details: { place: away.place.name } },
  )
}

export const isConflict = (thrown: unknown): thrown is OrganMosaicError =>
  thrown instanceof OrganMosaicError && thrown.code === 'conflict'

const conflict = (folder: string, { pid, host }: JobProcess): OrganMosaicError =>
  new OrganMosaicError(
    'conflict',
    `A process is already working on ${folder} (process ${pid} on ${host}); wait for it or stop it first.`,
    { details: { pid, host } },
  )

async function isAtWork(folder: string, owner: JobProcess, me: JobProcess): Promise<boolean> {
  // A trainer that starts anew hands its job to a child of its own.
  if (isSameProcess(owner, me) || (me.pid === process.pid && owner.host === me.host && owner.pid === process.ppid)) {
    return false
  }
  const liveness = processLiveness(owner)
  if (liveness !== 'elsewhere') return liveness === 'alive'
  if (saidGoodbye(folder, owner) || !isBeating(folder)) return false
  return changesSoon(folder)
}

/** Its last word was that it ends. */
export function saidGoodbye(folder: string, { afterSeq = 0 }: JobProcess): boolean {
  const last = lastEvent(folder, 'state')
  return last !== null && last.seq > afterSeq && last.state !== 'running'
}

async function changesSoon(folder: string): Promise<boolean> {
  const before = beatOf(folder)
  for (const until = performance.now() + OBSERVE_MS; performance.now() < until; await sleep(500)) {
    if (beatOf(folder) !== before) return true
  }
  return false
}

function writeProcess(folder: string, process: JobProcess): void {
  const path = join(folder, PROCESS_FILE)
  const draft = `${path}.${process.host}-${process.pid}.tmp`
  writeFileSync(draft, JSON.stringify(process))
  renameSync(draft, path)
}
