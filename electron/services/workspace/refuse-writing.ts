// A workspace that can only be looked at: whatever would change it is refused in one sentence.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { DatasetDesk } from '../datasets/dataset-desk.ts'
import type { Services } from '../services.ts'
import type { Workspace } from './open-workspace.ts'

const refusal = ({ home, readOnly }: Workspace): OrganMosaicError =>
  new OrganMosaicError(
    'environment',
    `The workspace ${home} is read-only (${readOnly}): it can be looked at, and nothing in it can be changed, trained or scored. Work in one of your own: choose it with --home or ORGAN_MOSAIC_HOME.`,
    { details: { home } },
  )

/** @throws OrganMosaicError `environment` where nothing can be written to the workspace */
export function requireWritable(workspace: Workspace): void {
  if (workspace.readOnly !== null) throw refusal(workspace)
}

/** The services of a workspace that can only be looked at. */
export function refuseWriting(services: Services): Services {
  const refuse = (): never => {
    throw refusal(services.workspace)
  }
  const { places, settings, datasetDesk, uploads, results, models, runDesk } = services
  const without = <T extends object>(desk: T, ...names: (keyof T)[]): T => ({
    ...desk,
    ...Object.fromEntries(names.map((name) => [name, refuse])),
  })
  return {
    ...without(services, ...DIRECT),
    // What places say is written beside the jobs.
    lookAtPlaces: () => Promise.resolve(),
    places: without(places, 'save', 'remove'),
    settings: without(settings, 'save'),
    datasetDesk: without(datasetDesk, ...OF_DATASETS),
    uploads: without(uploads, 'begin'),
    results: { ...without(results, 'sendReview'), uploads: without(results.uploads, 'store', 'remove') },
    models: without(models, 'startImport'),
    runDesk: without(runDesk, 'create', 'resume', 'remove', 'restore', 'startPreflight'),
  }
}

const DIRECT = [
  ...(['registerDataset', 'createRun', 'startRun', 'startRuns', 'controlRun'] as const),
  ...(['evaluateRun', 'predictWithRun', 'exportRun', 'reindex'] as const),
] satisfies (keyof Services)[]

const OF_DATASETS = [
  ...(['startInspection', 'startRegistration', 'startRescan', 'startRepair', 'startRelink', 'startDemoStudy'] as const),
  ...(['edit', 'exclude', 'groupPatients', 'remove', 'restore'] as const),
] satisfies (keyof DatasetDesk)[]
