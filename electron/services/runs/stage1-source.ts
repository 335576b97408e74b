// Stage 2 on its own starts from another run's stage-1 models: what it takes over, and what must then be the same.
import { isDeepStrictEqual } from 'node:util'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { TrainJob } from '../../../contract/job.ts'
import type { RunConfig } from '../../../contract/run-config.ts'
import { readJournal } from '../../../trainer/job-folder/read-journal.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readRun, runFolder } from '../workspace/run-store.ts'

export type Stage1Source = { folder: string; job: TrainJob }

/** The weights fit one plan and one network, and the held-back cases one seed and validation share. */
const sharedParts = ['seed', 'plan', 'network', 'validation'] as const

/** @throws OrganMosaicError `not-found`, `conflict` when the run has not finished a stage 1 of its own */
export function readStage1Source(workspace: Workspace, name: string): Stage1Source {
  const job = readRun(workspace, name)
  const folder = runFolder(workspace, name)
  const finished = readJournal(folder).events.some(
    (event) => event.type === 'checkpoint' && event.stage === 1 && event.kind === 'final',
  )
  if (job.stages === '2' || !finished) {
    throw new OrganMosaicError(
      'conflict',
      `Run ${name} has no finished stage 1 to start from; train one, or resume it.`,
    )
  }
  return { folder, job }
}

export function inheritedConfig(job: TrainJob): Partial<RunConfig> {
  return Object.fromEntries(sharedParts.map((part) => [part, job.config[part]]))
}

/** @throws OrganMosaicError `invalid-config` when datasets, organs or shared configuration differ */
export function refuseOtherStudy(job: TrainJob, source: TrainJob): void {
  const fingerprints = (run: TrainJob): string[] =>
    run.datasets.map(({ name, fingerprint }) => `${name} ${fingerprint}`)
  const differs = (what: string): OrganMosaicError =>
    new OrganMosaicError(
      'invalid-config',
      `Stage 2 from run ${source.name} needs the same ${what} as that run; name them as it did, or train a stage 1 of its own.`,
    )
  if (!isDeepStrictEqual(fingerprints(job), fingerprints(source))) {
    throw differs(`datasets in the same order (${source.datasets.map(({ name }) => name).join(',')}), unchanged,`)
  }
  if (!isDeepStrictEqual(job.organs, source.organs)) throw differs('organs')
  for (const part of sharedParts) {
    if (!isDeepStrictEqual(job.config[part], source.config[part])) throw differs(`configuration of ${part}`)
  }
}
