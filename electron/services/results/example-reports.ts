// Small evaluation reports and a workspace that holds them, for tests: valid by the contract, without an image behind them.
import { join } from 'node:path'
import { RunConfigSchema } from '../../../contract/run-config.ts'
import { TrainJobSchema, type TrainJob } from '../../../contract/job.ts'
import { EvaluationReportSchema, type EvaluationReport, type OrganScore } from '../../../contract/report.ts'
import { exampleCase, exampleDataset } from '../fixtures/example-dataset.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

export const exampleScore = (caseId: string, organ: string, changes: Partial<OrganScore> = {}): OrganScore => ({
  caseId,
  organ,
  status: 'scored',
  dice: 0.8,
  hd95Mm: 4,
  assdMm: 1,
  nsd: 0.7,
  truthVoxels: 1000,
  predictedVoxels: 900,
  evaluatedShare: 1,
  ...changes,
})

export function exampleReport(scores: OrganScore[], changes: Partial<EvaluationReport> = {}): EvaluationReport {
  return EvaluationReportSchema.parse({
    run: 'first',
    dataset: 'test',
    stage: 2,
    model: 'ensemble',
    createdAt: '2026-01-02T03:04:05.000Z',
    nsdToleranceMm: 2,
    meanDice: 0.8,
    organs: [],
    scores,
    failures: [],
    seconds: 1,
    peakMemoryMb: 100,
    ...changes,
  })
}

/** runs/NAME/run.json of a run on site-a (liver) and site-b (spleen). */
export function saveRun(workspace: Workspace, name: string, changes: Partial<TrainJob> = {}): string {
  const folder = join(workspace.runs, name)
  const dataset = (site: string, organ: string) => {
    const { root, modality, fingerprint, labels } = exampleDataset(site, [organ])
    const cases = ['1', '2'].map((id) => exampleCase(`${site}-${id}`, { [organ]: 'labelled' }))
    return { name: site, root, modality, fingerprint, labels, cases }
  }
  const organ = (id: string, title: string) => ({
    id,
    name: title,
    synonyms: [],
    laterality: null,
    counterpart: null,
    partOf: [],
    mayOverlap: [],
    members: [],
    snomedCode: null,
    color: '#123456',
  })
  const job = TrainJobSchema.parse({
    kind: 'train',
    schemaVersion: 1,
    name,
    createdAt: '2026-01-01T00:00:00.000Z',
    versions: { 'organ-mosaic': '0.1.0' },
    cacheFolder: workspace.cache,
    preset: 'quick',
    stages: '1,2',
    stage1From: null,
    organs: ['liver', 'spleen'],
    vocabulary: [organ('liver', 'Liver'), organ('spleen', 'Spleen <left>')],
    datasets: [dataset('site-a', 'liver'), dataset('site-b', 'spleen')],
    config: RunConfigSchema.parse({ seed: 7 }),
    ...changes,
  })
  writeJsonFile(join(folder, 'run.json'), job)
  return folder
}

export function saveReport(workspace: Workspace, report: EvaluationReport): void {
  const { run, dataset, stage, model } = report
  writeJsonFile(join(workspace.runs, run, 'report', `${dataset}-stage${stage}-${model}.json`), report)
}
