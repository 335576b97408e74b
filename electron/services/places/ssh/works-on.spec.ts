import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { worksOn } from './works-on.ts'

let folder: string
let job: ChildProcess

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mosaic-it's a job-"))
  // It waits for an end of its input that never comes; its words name the folder.
  job = spawn('sh', ['-c', 'read line', folder], { stdio: ['pipe', 'ignore', 'ignore'] })
})
afterAll(async () => {
  if (job.exitCode === null && job.signalCode === null) {
    job.kill('SIGKILL')
    await once(job, 'exit')
  }
  rmSync(folder, { recursive: true })
})

const works = (path: string, pid: number | undefined, env = process.env): boolean =>
  spawnSync('sh', ['-s'], { input: `pid=${pid}; ${worksOn(path)}`, env }).status === 0

test('a process works on the folder that its words name', () => {
  expect(works(folder, job.pid)).toBe(true)
  expect(works(join(folder, 'other'), job.pid)).toBe(false)
})

test('one that has no words for a moment, because it turns into another program, still does', () => {
  const bin = join(folder, 'bin-')
  const asked = join(folder, 'asked')
  spawnSync('mkdir', [bin])
  // What ps says then, once.
  writeFileSync(join(bin, 'ps'), `#!/bin/sh\n[ -e "${asked}" ] && exec /bin/ps "$@"\ntouch "${asked}"; echo '[node]'\n`)
  chmodSync(join(bin, 'ps'), 0o755)
  const env = { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) }
  expect(works(folder, job.pid, env)).toBe(true)
})

test('one that ended does not', async () => {
  job.kill('SIGKILL')
  await once(job, 'exit')
  expect(works(folder, job.pid)).toBe(false)
})
