// A run of a study takes over the stages that another one of it has trained with the same data, seed and settings, instead
// of training them again: the files they left and what the journal says of them, so that cost and curves count them.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { asDiskError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { TrainJob } from '../../../contract/job.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import { JOURNAL, journalSize, readJournal } from '../../../trainer/job-folder/read-journal.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { listRunNames, readRun, runFolder } from '../workspace/run-store.ts'
import { commonStages, type CommonStages } from './common-stages.ts'

export interface TakenOver extends CommonStages {
  readonly run: string
}

/**
 * Before a run begins; a run that has begun keeps what it has.
 * @param candidates names of runs, also of ones that do not exist yet
 * @returns what was taken over from the one with most in common, or null
 * @throws OrganMosaicError `disk`
 */
export function takeOverStages(workspace: Workspace, name: string, candidates: readonly string[]): TakenOver | null {
  const folder = runFolder(workspace, name)
  if (journalSize(folder) > 0) return null
  const job = readRun(workspace, name)
  const known = new Set(listRunNames(workspace))
  const offers = candidates
    .filter((candidate) => candidate !== name && known.has(candidate))
    .map((candidate) => offerOf(job, readRun(workspace, candidate), runFolder(workspace, candidate)))
    .filter(({ stages }) => stages.length > 0)
    .sort((a, b) => b.stages.length - a.stages.length || Number(b.pseudoLabels) - Number(a.pseudoLabels))
  const best = offers[0]
  if (!best) return null
  try {
    copyStages(runFolder(workspace, best.run), folder, best)
  } catch (error) {
    throw asDiskError(error, folder)
  }
  return best
}

export function describeTakenOver({ run, stages, pseudoLabels }: TakenOver): string {
  const names = stages.map((stage) => (stage === 0 ? 'the shared network' : `stage ${stage}`))
  if (pseudoLabels) names.push('the pseudo labels')
  const list = new Intl.ListFormat('en').format(names)
  const verb = names.length > 1 || pseudoLabels ? 'are those' : 'is that'
  return `${list.charAt(0).toUpperCase()}${list.slice(1)} ${verb} of run ${run}: the same data, seed and settings.`
}

/** What is common and there; nothing of a run whose patch was made smaller on the way. */
function offerOf(job: TrainJob, other: TrainJob, folder: string): TakenOver {
  const common = commonStages(job, other)
  if (common.stages.length === 0) return { run: other.name, ...common }
  const { events } = readJournal(folder)
  const shrunk = events.some(({ type }) => type === 'out-of-memory')
  const missing = common.stages.findIndex((stage) => shrunk || endOfStage(events, stage) < 0)
  const stages = missing < 0 ? common.stages : common.stages.slice(0, missing)
  return { run: other.name, stages, pseudoLabels: common.pseudoLabels && missing < 0 && endOfLabels(events) >= 0 }
}

/** The journal comes last, in one piece: without it nothing was taken over yet. */
function copyStages(from: string, to: string, taken: TakenOver): void {
  const { events } = readJournal(from)
  copyFileSync(join(from, 'plan.json'), join(to, 'plan.json'))
  for (const part of ['checkpoints', 'previews']) {
    const names = existsSync(join(from, part)) ? readdirSync(join(from, part)) : []
    const wanted = names.filter((name) => taken.stages.some((stage) => name.startsWith(`stage${stage}-`)))
    if (wanted.length > 0) mkdirSync(join(to, part), { recursive: true })
    for (const name of wanted) copyFileSync(join(from, part, name), join(to, part, name))
  }
  if (taken.pseudoLabels) cpSync(join(from, 'pseudo-labels'), join(to, 'pseudo-labels'), { recursive: true })
  const end = taken.pseudoLabels ? endOfLabels(events) : endOfStage(events, taken.stages.at(-1)!) + 1
  writeJournal(to, [noteOf(taken, events[0]!), ...events.slice(0, end).map((event) => movedTo(to, event))])
}

/** Stamped with the time of the first event: working time is what the training took. */
const noteOf = (taken: TakenOver, first: JobEvent): JobEvent => ({
  type: 'log',
  seq: 1,
  time: first.time,
  level: 'info',
  message: describeTakenOver(taken),
})

const movedTo = (folder: string, event: JobEvent): JobEvent =>
  event.type === 'checkpoint' ? { ...event, path: join(folder, 'checkpoints', basename(event.path)) } : event

function writeJournal(folder: string, events: readonly JobEvent[]): void {
  const path = join(folder, JOURNAL)
  const lines = events.map((event, i) => `${JSON.stringify({ ...event, seq: i + 1 })}\n`)
  writeFileSync(`${path}.tmp`, lines.join(''), { flush: true })
  renameSync(`${path}.tmp`, path)
}

/** @returns the index of the event that says so; -1 when it is not over */
const endOfStage = (events: readonly JobEvent[], stage: StageNumber): number =>
  events.findIndex((event) => event.type === 'checkpoint' && event.stage === stage && event.kind === 'final')

/** @returns the index of the first event behind them; -1 while they are being made */
const endOfLabels = (events: readonly JobEvent[]): number =>
  events.findIndex((event) => event.type === 'progress' && event.phase === 'stage2')
