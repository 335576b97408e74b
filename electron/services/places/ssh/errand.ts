// What a courier knows of its job, and how it tells in place.json how far it is.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Control } from '../../../../contract/job.ts'
import type { JobPlace, PlaceWord, SshPlace } from '../../../../contract/place.ts'
import { readJobPlace, whereAway } from '../../../../trainer/job-folder/read-job-place.ts'
import { readRequest } from '../../jobs/request-control.ts'
import { noteWord, writeJobPlace } from '../job-place.ts'
import type { CourierSign } from './courier-file.ts'

/** A courier that finds no connection for so long ends; whoever looks at the job begins another. */
const GIVE_UP_MS = 24 * 3_600_000

export interface Errand {
  readonly folder: string
  readonly place: SshPlace
  /** The folder of the copies there. */
  readonly away: string
  /** Whether there is anything to do for this courier. */
  readonly isMine: () => boolean
  readonly say: (state: PlaceWord['state'], reason: string) => void
  /** @param change e.g. that all of the job is here */
  readonly note: (change: Partial<JobPlace>) => void
  /** As a reason: since when there is no connection. */
  readonly lost: () => string
  readonly found: () => void
  readonly isHopeless: () => boolean
  /** @param known what was asked before: something new ends the pause */
  readonly pause: (ms: number, known: Control['request'] | null) => Promise<void>
}

export const ended = (reason: string): PlaceWord => ({
  state: 'ended',
  reason,
  position: null,
  startsAt: null,
  node: '',
})

/** @returns null when the job is not away */
export function openErrand(folder: string, sign: CourierSign): Errand | null {
  const known = whereAway(folder)
  if (known?.place.kind !== 'ssh') return null
  const { place, away } = known
  let lostAt: { clock: string; ms: number } | null = null
  const isMine = (): boolean => sign.isMine() && whereAway(folder) !== null
  return {
    folder,
    place,
    away,
    isMine,
    say(state, reason) {
      if (isMine()) noteWord(folder, { ...ended(reason), state })
      sign.nextRound()
    },
    note(change) {
      const before = readJobPlace(folder)
      if (before && isMine()) writeJobPlace(folder, { ...before, ...change })
    },
    lost() {
      lostAt ??= { clock: new Date().toTimeString().slice(0, 5), ms: performance.now() }
      return `no connection to ${place.host} since ${lostAt.clock}`
    },
    found: () => void (lostAt = null),
    isHopeless: () => lostAt !== null && performance.now() - lostAt.ms > GIVE_UP_MS,
    async pause(ms, knownRequest) {
      const until = performance.now() + ms
      while (performance.now() < until && isMine() && readRequest(folder) === knownRequest) await sleep(200)
    },
  }
}
