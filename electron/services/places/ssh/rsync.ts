// The system's rsync over the system's ssh: what was sent before is not sent again, and a transfer that was cut off goes on.
import { spawn } from 'node:child_process'
import { compareVersions } from '../../../../contract/compare-versions.ts'
import { OrganMosaicError } from '../../../../contract/errors.ts'
import type { SshPlace } from '../../../../contract/place.ts'
import { askProgram } from '../run-program.ts'
import { SSH_OPTIONS } from './ask-host.ts'

/** It tells the progress of the whole, and can compare times to the nanosecond. */
const OLDEST_RSYNC = '3.1.3'
/** A dead connection is noticed by ssh; this is for a machine that hangs. */
const SECONDS_OF_SILENCE = 300
/** What a transfer that was cut off leaves of a file, beside it. */
const PARTIAL = '.rsync-partial'

const COMMON = [
  '--recursive',
  '--times',
  // A folder of links is what a data set sometimes is.
  '--copy-links',
  '--chmod=u+rwX',
  // No shell takes the paths apart: --protect-args, later --secluded-args.
  '-s',
  '--no-human-readable',
  `--partial-dir=${PARTIAL}`,
  `--timeout=${SECONDS_OF_SILENCE}`,
  `--rsh=ssh ${SSH_OPTIONS.join(' ')}`,
] as const

/** Of progress: whoever shows it writes it down. */
const TELL_EVERY_MS = 1_000

/** Nothing was wrong but the way between the machines: it goes on later. 12 and 255 also follow what rsync itself explains. */
const CUT_OFF = [10, 12, 30, 35, 255]
/** A file was replaced or removed while it was read. */
const CHANGED_MEANWHILE = [23, 24]

export interface Transfer {
  /** Relative to the root of both sides, from a file: the absolute paths without their first slash. */
  readonly list?: string
  readonly from: string
  readonly to: string
  /** Of --filter, the first that fits counts. */
  readonly rules?: readonly string[]
  /** Files that are written again and again at the same size: a second is too coarse a time to tell them apart. */
  readonly toTheNanosecond?: boolean
}

export interface TransferEnd {
  /** changed: some files could not be read or written, as when they were replaced meanwhile; all others are there. */
  readonly state: 'done' | 'changed' | 'cut-off' | 'cancelled'
  /** As ssh or rsync says it. */
  readonly why: string
}

const wordsOf = ({ list, from, to, rules = [], toTheNanosecond = false }: Transfer): string[] => [
  ...COMMON,
  ...(toTheNanosecond ? ['--modify-window=-1'] : []),
  ...rules.map((rule) => `--filter=${rule}`),
  ...(list === undefined ? [] : [`--files-from=${list}`, '--from0']),
  from,
  to,
]

/**
 * @param onBytes how much was sent by now; asked at most once a second
 * @throws OrganMosaicError `environment` where rsync is missing or refuses, with what it said
 */
export function runTransfer(
  transfer: Transfer,
  { onBytes, signal }: { onBytes?: (bytes: number) => void; signal?: AbortSignal } = {},
): Promise<TransferEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn('rsync', ['--info=progress2', ...wordsOf(transfer)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const stop = (): void => void child.kill('SIGTERM')
    signal?.addEventListener('abort', stop, { once: true })
    let [problem, toldAtMs] = ['', 0]
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const bytes = /(\d+)\s+\d+%[^\r\n]*$/.exec(text)?.[1]
      if (bytes === undefined || performance.now() - toldAtMs < TELL_EVERY_MS) return
      toldAtMs = performance.now()
      onBytes?.(Number(bytes))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (problem = (problem + text).slice(-4000)))
    child.once('error', (cause) => reject(new OrganMosaicError('environment', MISSING_HERE, { cause })))
    child.once('close', (code) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted) return resolve({ state: 'cancelled', why: '' })
      if (code === 0) return resolve({ state: 'done', why: '' })
      const why = reasonIn(problem)
      const isFull = /no space left|disk quota/i.test(problem)
      if (!isFull && code !== null && CUT_OFF.includes(code)) return resolve({ state: 'cut-off', why })
      if (!isFull && code !== null && CHANGED_MEANWHILE.includes(code)) return resolve({ state: 'changed', why })
      reject(
        new OrganMosaicError('environment', `rsync stopped: ${why || `exit code ${code}`}.`, { details: { code } }),
      )
    })
  })
}

/** What a transfer would send. @returns null without a connection @throws OrganMosaicError `environment` as rsync refuses */
export async function bytesToSend(transfer: Transfer): Promise<number | null> {
  const words = ['--dry-run', '--stats', ...wordsOf(transfer)]
  const { code, output, problem } = await askProgram('rsync', words, { patienceMs: 3_600_000 })
  const bytes = /^Total transferred file size: (\d+)/m.exec(output)?.[1]
  if (code === 0 && bytes !== undefined) return Number(bytes)
  if (CUT_OFF.includes(code)) return null
  throw new OrganMosaicError('environment', `rsync cannot send what the run needs: ${reasonIn(problem)}.`)
}

/** The first line is the cause, those after it are its consequences. */
const reasonIn = (problem: string): string =>
  problem
    .split('\n')
    .map((line) => line.trim().replace(/\.$/, ''))
    .find((line) => line !== '' && !/^Warning: Permanently added/.test(line)) ?? ''

export const MISSING_HERE = `There is no rsync on this machine; install rsync ${OLDEST_RSYNC} or newer, or give the place no folder and use a path that both machines see.`

/** What is wrong with the rsync of a machine, as `rsync --version` answers; null when it will do. */
export function rsyncProblem(answer: string, machine: string): string | null {
  const version = /^rsync\s+version v?([\d.]+)/m.exec(answer)?.[1]
  if (version !== undefined && compareVersions(version, OLDEST_RSYNC) >= 0) return null
  const what = answer.trim().split('\n')[0] ?? ''
  return /rsync/.test(what) && !/not found/.test(what)
    ? `${machine} has ${what}; rsync ${OLDEST_RSYNC} or newer is needed.`
    : `There is no rsync on ${machine}; install rsync ${OLDEST_RSYNC} or newer.`
}

/** @returns null when the rsync of this machine will do */
export async function ownRsyncProblem(place: SshPlace): Promise<string | null> {
  if (process.platform === 'win32') {
    return `Sending copies to ${place.name} needs Linux or macOS on this machine; give the place no folder and use a path that both machines see.`
  }
  const answer = await askProgram('rsync', ['--version']).catch(() => null)
  return answer === null ? MISSING_HERE : rsyncProblem(answer.output, 'this machine')
}
