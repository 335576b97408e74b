// The demo: makes the phantom study, registers it, trains both stages, scores every model, exports. What exists
// already is kept, so that running it again continues where it ended.
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DemoResult } from '../../../contract/commands.ts'
import type { Services } from '../services.ts'
import type { RunRequest } from '../runs/plan-run.ts'
import { ensureScored, ensureTrained, type RunHost } from '../runs/ensure-run.ts'
import { runAblation, type Score } from './run-ablation.ts'
import { diceTable } from './dice-table.ts'
import { isLabelMap } from '../runs/prediction-inputs.ts'
import { studyRequests } from './study-requests.ts'
import { generatePhantomStudy, type PhantomOptions, type PhantomStudy } from './phantom/generate-phantom-study.ts'

export type DemoOptions = {
  ablation: boolean
  /** key=value settings on top of the quick preset. */
  set: readonly string[]
  study: Partial<PhantomOptions>
}

/** How a host shows what the demo does. */
export interface DemoHost extends RunHost {
  readonly making: (done: number, total: number, message: string) => void
}

const runName = 'demo'

/** @throws OrganMosaicError what any of its steps throws; nothing that was done is lost */
export async function runDemo(services: Services, options: DemoOptions, host: DemoHost): Promise<DemoResult> {
  const started = Date.now()
  const studyFolder = join(services.workspace.home, 'demo-study')
  host.note(`The demo study goes to ${studyFolder}.`)
  const study = await generatePhantomStudy(studyFolder, options.study, host.making)
  const datasets = await registerStudy(services, study, host)
  await ensureTrained(services, { name: runName, datasets, preset: 'quick', set: options.set }, host)

  const score = scorer(services, basename(study.test), host)
  const columns = [
    { title: 'POS fused', report: await score({ run: runName, stage: 1, model: 'ensemble' }) },
    {
      title: 'pseudo labels',
      report: await score({ run: runName, stage: 1, model: 'pseudo', dataset: basename(study.reference) }),
    },
  ]
  for (const [index, dataset] of datasets.entries()) {
    columns.push({
      title: `FOS ${index + 1} (${dataset})`,
      report: await score({ run: runName, stage: 2, model: index + 1 }),
    })
  }
  columns.push({ title: 'ensemble', report: await score({ run: runName, stage: 2, model: 'ensemble' }) })
  const exported = await ensureExported(services, host)
  const train = (request: RunRequest): Promise<void> => ensureTrained(services, request, host)
  return {
    home: services.workspace.home,
    study: studyFolder,
    run: runName,
    folder: join(services.workspace.runs, runName),
    report: join(services.workspace.runs, runName, 'report'),
    export: exported,
    ...diceTable(columns),
    ablation: options.ablation ? await runAblation({ datasets, set: options.set, full: runName, train, score }) : null,
    seconds: (Date.now() - started) / 1000,
  }
}

/** @returns names of the training datasets, in model order */
async function registerStudy(services: Services, study: PhantomStudy, host: DemoHost): Promise<string[]> {
  const known = new Set(services.listDatasets().map(({ name }) => name))
  for (const request of studyRequests(study).filter(({ name }) => !known.has(name))) {
    const { summary } = await services.registerDataset(request)
    host.note(
      `Registered ${summary.name} (${summary.role}): ${summary.usableCases} cases, ${summary.organs.join(', ')}.`,
    )
  }
  return study.sites.map(({ name }) => name)
}

function scorer(services: Services, test: string, host: DemoHost): Score {
  return ({ dataset = test, ...request }) => ensureScored(services, { ...request, dataset }, host)
}

async function ensureExported(services: Services, host: DemoHost): Promise<string> {
  const output = join(services.workspace.home, 'demo-export')
  const cases = services.getRun(runName).summary.datasets.map((name) => services.getDataset(name).summary.usableCases)
  const wanted = cases.reduce((sum, each) => sum + each, 0)
  const present = existsSync(output) ? readdirSync(output).filter(isLabelMap).length : 0
  if (present < wanted) {
    await host.watchJob('export: ', (watch) => services.exportRun({ run: runName, output }, watch))
  }
  return output
}
