// A run as its folder tells at once, before its numbers are in the index: only the ends of the journal are read.
import type { RunSummary } from '../../../contract/commands.ts'
import { stateAfter } from '../jobs/job-state.ts'
import { lastEvent } from '../../../trainer/job-folder/read-journal.ts'
import { describeJobPlace } from '../places/job-place.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readRun, runFolder } from '../workspace/run-store.ts'
import { pickProgress } from './run-queries.ts'

/** Its Dice is not known yet. @throws OrganMosaicError `not-found`, `invalid-file` */
export function summariseFolder(workspace: Workspace, name: string): RunSummary {
  const { preset, stages, datasets, organs, createdAt } = readRun(workspace, name)
  const folder = runFolder(workspace, name)
  const [state, progress] = [lastEvent(folder, 'state'), lastEvent(folder, 'progress')]
  // The last one, not the latest: a clock may have been set back in between.
  const last = [state, progress].filter((event) => event !== null).sort((a, b) => a.seq - b.seq)
  return {
    name,
    state: stateAfter(folder, state),
    preset,
    stages,
    datasets: datasets.map((dataset) => dataset.name),
    organs,
    createdAt,
    updatedAt: last.at(-1)?.time ?? null,
    progress: progress ? pickProgress(progress) : null,
    validationDice: null,
    place: describeJobPlace(folder),
    folder,
  }
}
