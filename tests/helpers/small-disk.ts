// A real disk of a few megabytes, in memory, that a test can fill up and make read-only. Linux, and root, alone.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workingPid } from './limit-memory.ts'

export interface SmallDisk {
  readonly folder: string
  /** Leaves no more than about that many bytes free. */
  readonly fill: (leaveBytes?: number) => void
  /** The same while the process of a job stands still, which would give up its reserve to the filling otherwise. */
  readonly fillUnder: (jobFolder: string) => void
  readonly free: () => void
  readonly remount: (mode: 'ro' | 'rw') => void
  readonly close: () => void
}

/** @returns null where this process may not mount */
export function openSmallDisk(megabytes: number): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'organ-mosaic-test', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true })
    return null
  }
  const filler = join(folder, 'filler')
  const free = (): void => rmSync(filler, { force: true })
  const fill = (leaveBytes = 0): void => {
    const ballast = join(folder, 'ballast')
    writeUntilFull(ballast, leaveBytes)
    writeUntilFull(filler, Infinity)
    rmSync(ballast)
  }
  return {
    folder,
    fill,
    fillUnder(jobFolder) {
      const pid = workingPid(jobFolder)
      process.kill(pid, 'SIGSTOP')
      fill()
      process.kill(pid, 'SIGCONT')
    },
    free,
    remount: (mode) => void execFileSync('mount', ['-o', `remount,${mode}`, folder]),
    close() {
      execFileSync('umount', ['--lazy', folder])
      rmSync(folder, { recursive: true })
    },
  }
}

function writeUntilFull(path: string, bytes: number): void {
  const page = Buffer.alloc(4096, 1)
  const file = openSync(path, 'w')
  try {
    for (let written = 0; written < bytes; written += page.length) if (writeSync(file, page) < page.length) return
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(file)
  }
}
