// What squeue and scontrol say of jobs, in plain words.
import type { PlaceWord } from '../../../../contract/place.ts'
import { NO_FOLDER_EXIT } from './slurm-script.ts'

/** One line a job; the reason comes last, because it may hold anything. */
export const QUEUE_FORMAT = '%i|%T|%S|%N|%P|%r'

export interface QueuedJob {
  readonly job: string
  readonly partition: string
  /** As Slurm calls it, e.g. PENDING. */
  readonly slurmState: string
  readonly word: PlaceWord
}

/** @param lines of `squeue --noheader --array --format=QUEUE_FORMAT` */
export function readQueue(lines: string): Map<string, QueuedJob> {
  const jobs = lines.split('\n').flatMap((line) => {
    const [job, slurmState, start, node = '', partition = '', ...reason] = line.trim().split('|')
    if (!job || !slurmState) return []
    const state = stateOf(slurmState)
    const word: PlaceWord = {
      state,
      reason: state === 'running' ? '' : state === 'waiting' ? waitingReason(reason.join('|')) : endReason(slurmState),
      position: null,
      startsAt: state === 'waiting' && start && start !== 'N/A' ? start : null,
      node: state === 'running' ? node : '',
    }
    return [{ job, partition, slurmState, word }]
  })
  return new Map(jobs.map((each) => [each.job, each]))
}

const RUNNING = ['RUNNING', 'COMPLETING', 'SUSPENDED', 'STOPPED', 'SIGNALING', 'STAGE_OUT', 'RESIZING']
const WAITING = ['PENDING', 'CONFIGURING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'RESV_DEL_HOLD', 'SPECIAL_EXIT']

function stateOf(slurmState: string): PlaceWord['state'] {
  if (RUNNING.includes(slurmState)) return 'running'
  return WAITING.includes(slurmState) ? 'waiting' : 'ended'
}

const WAITING_REASONS: [pattern: RegExp, words: string][] = [
  [/^None$|^$/, ''],
  [/^Priority$/, 'jobs with a higher priority come first'],
  [/^Resources$/, 'no machine with what it asks for is free'],
  [/^BeginTime$/, 'Slurm begins a job that was given back only after a pause'],
  [/^JobHeld(User|Admin)$/, 'it is held; scontrol release lets it go'],
  [/^JobArrayTaskLimit$/, 'as many jobs of this study run as the place allows at once'],
  [/^Dependency/, 'it waits for another job'],
  [/^(Assoc|QOS).*(Limit|Max|Grp)/, 'a limit of the account is reached'],
  [/^PartitionTimeLimit$/, 'its time limit is longer than the partition allows'],
  [/^(ReqNodeNotAvail|Nodes required|PartitionDown|NodeDown)/, 'the machines it needs are down or reserved'],
]

/** @example waitingReason('Resources') === 'no machine with what it asks for is free (Resources)' */
export function waitingReason(reason: string): string {
  const words = WAITING_REASONS.find(([pattern]) => pattern.test(reason))?.[1]
  return words ? `${words} (${reason})` : words === '' ? '' : reason
}

const END_REASONS: Record<string, string> = {
  COMPLETED: '',
  CANCELLED: 'it was cancelled',
  TIMEOUT: 'its time limit passed before it could write a checkpoint; give the place an earlier warning',
  OUT_OF_MEMORY: 'it took more memory than it asked for; give the place more',
  NODE_FAIL: 'its machine failed',
  PREEMPTED: 'another job took its place',
  FAILED: 'its script failed',
}

export const endReason = (slurmState: string): string => END_REASONS[slurmState] ?? slurmState

/** @param record of `scontrol --oneliner show job` */
export function failureReason(record: string): string {
  const code = Number(/\bExitCode=(\d+):/.exec(record)?.[1] ?? 0)
  const node = /\bNodeList=([^\s(]+)/.exec(record)?.[1] ?? 'its machine'
  if (code === NO_FOLDER_EXIT) return `${node} does not see the job folder; put the workspace on a path it shares`
  if (code === 127 || code === 126) return `${node} does not find the program that the place names; look at its command`
  return `${endReason('FAILED')} with exit code ${code} on ${node}`
}
