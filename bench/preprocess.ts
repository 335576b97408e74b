// Cases read, oriented, cropped, resampled, normalised and stored: by one thread, by as many as there are cores, and by
// nnU-Net v2's preprocessor where a Python has it, on the same files at the same spacing.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Case } from '../contract/case.ts'
import type { JobDataset, TrainJob } from '../contract/job.ts'
import type { Plan } from '../contract/plan.ts'
import { derivePlan } from '../trainer/imaging/planning/derive-plan.ts'
import { openCasePool } from '../trainer/preprocessing/case-pool.ts'
import type { Bench, Row } from './benches.ts'
import { createShortRun, registerPhantoms } from './phantom-runs.ts'

const row = (measure: string, value: number, unit: string): Row => ({ bench: 'preprocess', measure, value, unit })

type Source = { position: number; dataset: JobDataset; entry: Case }

export const benchPreprocessing: Bench = async ({ python }) => {
  const { services, datasets } = await registerPhantoms(3, 8, 2)
  const job = createShortRun({ services, name: 'preprocess', datasets, stages: '1', set: ['plan.spacingMm=3,3,3'] })
  const plan = derivePlan(job.datasets, job.config)
  const sources = job.datasets.flatMap((dataset, position) =>
    dataset.cases.map((entry) => ({ position, dataset, entry })),
  )
  const folder = join(services.workspace.cache, 'bench')
  const threads = availableParallelism()
  const single = await ratePerMinute(job, plan, sources, join(folder, 'single'), 1)
  const parallel = await ratePerMinute(job, plan, sources, join(folder, 'parallel'), threads)
  services.close()
  const rows = [row('cases, 1 thread', single, '/min'), row(`cases, ${threads} threads`, parallel, '/min')]
  if (python === undefined) return rows
  const theirs = nnunetRate(python, sources, plan, folder, threads)
  return theirs === null
    ? rows
    : [
        ...rows,
        row(`cases, nnU-Net, ${threads} processes`, theirs, '/min'),
        row('rate, ours / nnU-Net', parallel / theirs, ''),
      ]
}

async function ratePerMinute(job: TrainJob, plan: Plan, sources: Source[], folder: string, threads: number) {
  const pool = openCasePool({ datasets: job.datasets, plan, threads, check: () => undefined })
  const runAll = (some: readonly Source[], into: string) =>
    Promise.all(
      some.map(({ position, dataset, entry }) =>
        pool.run({ dataset: position, entry, folder: join(into, dataset.name, entry.id) }),
      ),
    )
  // Starting the workers does not count, here as with nnU-Net.
  await runAll(sources.slice(0, threads), join(folder, 'first'))
  const started = performance.now()
  const outcomes = await runAll(sources, folder)
  const rate = sources.length / ((performance.now() - started) / 60_000)
  await pool.close()
  const failed = outcomes.find(({ state }) => state !== 'done')
  if (failed) throw new Error('a case could not be preprocessed', { cause: failed })
  return rate
}

/** null when that Python has no nnU-Net */
function nnunetRate(python: string, sources: Source[], plan: Plan, folder: string, processes: number): number | null {
  const cases = sources.map(({ dataset, entry }, n) => ({
    id: `case_${String(n).padStart(3, '0')}`,
    image: join(dataset.root, entry.images[0]),
    label: join(dataset.root, entry.labels[0]!.path),
  }))
  const keys = new Set(sources.flatMap(({ dataset }) => dataset.labels.map(({ key }) => Number(key))))
  const values = [...keys].filter(Number.isInteger)
  const setting = {
    folder: join(folder, 'nnunet'),
    cases,
    values,
    spacingMm: plan.spacingMm,
    patch: plan.patch,
    processes,
  }
  mkdirSync(setting.folder, { recursive: true })
  const file = join(setting.folder, 'setting.json')
  writeFileSync(file, JSON.stringify(setting))
  try {
    const script = join(import.meta.dirname, 'nnunet_preprocess.py')
    const output = execFileSync(python, [script, file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return cases.length / ((JSON.parse(output) as { seconds: number }).seconds / 60)
  } catch {
    console.error('nnU-Net was left out: that Python does not run nnunetv2.')
    return null
  }
}
