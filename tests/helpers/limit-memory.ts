// A machine with little memory, for one trainer child: the system refuses it more than it has and a little. Linux alone.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProcessSchema } from '../../contract/job.ts'
import { readJournal } from '../../trainer/job-folder/read-journal.ts'
import { until } from './until.ts'

const PATIENCE_MS = 120_000

export const canLimitMemory = process.platform === 'linux' && existsSync('/usr/bin/prlimit')

/**
 * Waits for the next pre-flight of a workspace and limits it when its cases are prepared, before its first step.
 * @param known jobs that were there before
 */
export async function limitNextPreflight(jobs: string, known: readonly string[], spareMb: number): Promise<void> {
  const next = (): string | undefined =>
    readdirSync(jobs).find((each) => each.startsWith('preflight') && !known.includes(each))
  await until(() => next() !== undefined, `a pre-flight in ${jobs}`, PATIENCE_MS, 10)
  await limitWhenPrepared(join(jobs, next()!), spareMb)
}

/**
 * Limits the process of a job to what it has and a little more when its cases are prepared, before its first step.
 * @param all waits until the last case is prepared, instead of the first
 */
export async function limitWhenPrepared(folder: string, spareMb: number, all = false): Promise<void> {
  await until(() => isPrepared(folder, all), `prepared cases in ${folder}`, PATIENCE_MS, 10)
  const pid = workingPid(folder)
  const usedKb = Number(/^VmData:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  execFileSync('/usr/bin/prlimit', ['--pid', String(pid), `--data=${(usedKb + spareMb * 1024) * 1024}:`])
}

/** Other programs are gone, as it were. */
export const liftLimit = (folder: string): void =>
  void execFileSync('/usr/bin/prlimit', ['--pid', String(workingPid(folder)), '--data=unlimited:'])

export const workingPid = (folder: string): number =>
  ProcessSchema.parse(JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8'))).pid

const isPrepared = (folder: string, all: boolean): boolean =>
  existsSync(join(folder, 'events.jsonl')) &&
  readJournal(folder).events.some(
    (event) => event.type === 'progress' && event.phase === 'preprocess' && event.done >= (all ? event.total : 1),
  )
