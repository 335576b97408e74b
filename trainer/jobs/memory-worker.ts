// The thread of watch-memory.ts: writes memory-use.json whenever the process has grown.
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { MEMORY_USE_FILE, type MemoryUse } from '../../contract/memory.ts'

const LOOK_EVERY_MS = 250
const MB = 2 ** 20
/** A file a quarter of a second would be a waste: only growth, or the last of the free memory, is worth one. */
const GROWTH = 1.02

const { folder, limitMb } = workerData as { folder: string; limitMb: number }
let written: MemoryUse | null = null

function look(): void {
  const use = { residentMb: process.memoryUsage.rss() / MB, availableMb: process.availableMemory() / MB, limitMb }
  const grew = written === null || use.residentMb > written.residentMb * GROWTH
  if (!grew && use.availableMb > written!.availableMb * (2 - GROWTH)) return
  written = { ...use, availableMb: Math.min(use.availableMb, written?.availableMb ?? Infinity) }
  const path = join(folder, MEMORY_USE_FILE)
  try {
    writeFileSync(`${path}.part`, JSON.stringify(written))
    renameSync(`${path}.part`, path)
  } catch {
    // A full disk is the trainer's to report: an error in this thread would end the process before it could.
    rmSync(`${path}.part`, { force: true })
  }
}

look()
setInterval(look, LOOK_EVERY_MS)
