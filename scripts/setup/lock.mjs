// One set-up at a time fills the cache; a second one waits and then finds everything in place. The lock only saves
// double work: folders of the cache are published by a rename, so that even two holders could not corrupt it.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const HEARTBEAT_MS = 5_000
const STALE_MS = 60_000

/**
 * Runs `work` while holding the lock file.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(holder: string) => void} onWait called once when somebody else holds the lock
 * @param {number} pollMs
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait, pollMs = 500) {
  mkdirSync(dirname(file), { recursive: true })
  for (let told = false; !take(file); await sleep(pollMs)) {
    const holder = readHolder(file)
    if (holder === undefined) continue
    if (isStale(file, holder)) rmSync(file, { force: true })
    else if (!told) {
      onWait(holder)
      told = true
    }
  }
  const heartbeat = setInterval(() => utimesSync(file, new Date(), new Date()), HEARTBEAT_MS)
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    process.off('exit', release)
    release()
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, `${process.pid} on ${hostname()}`, { flag: 'wx' })
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file @returns {string | undefined} undefined when the lock was released in the meantime */
function readHolder(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * A holder on this machine is asked directly; one on another machine that shares the cache is known by its heartbeat.
 * @param {string} file
 * @param {string} holder
 */
function isStale(file, holder) {
  const [pid, , host] = holder.split(' ')
  if (host === hostname()) return !isAlive(Number(pid))
  const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
  return Date.now() - mtimeMs > STALE_MS
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}
