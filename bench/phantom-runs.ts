// Phantom datasets in a temporary workspace, and short real trainings on them, each in the usual trainer child.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metric } from '../contract/events.ts'
import type { TrainJob } from '../contract/job.ts'
import { createServices } from '../electron/services/create-services.ts'
import type { Services } from '../electron/services/services.ts'
import { generatePhantomStudy } from '../electron/services/demo/phantom/generate-phantom-study.ts'

export type PhantomWorkspace = { services: Services; datasets: string[] }

/** @param count up to 3 sites of a study; more come from further studies with other patients */
export async function registerPhantoms(
  count: number,
  trainingCases: number,
  resolution = 1,
): Promise<PhantomWorkspace> {
  const home = mkdtempSync(join(tmpdir(), 'organ-mosaic-bench-'))
  const services = createServices({ home })
  const datasets: string[] = []
  for (let seed = 1; datasets.length < count; seed++) {
    const { sites } = await generatePhantomStudy(join(home, `study-${seed}`), {
      seed,
      trainingCases,
      testCases: 0,
      resolution,
    })
    for (const site of sites.slice(0, count - datasets.length)) {
      const name = `${site.name}-${seed}`
      await services.registerDataset({ name, folder: site.folder })
      datasets.push(name)
    }
  }
  return { services, datasets }
}

export type ShortRun = { services: Services; name: string; datasets: string[]; stages: '1' | '1,2'; set: string[] }

export function createShortRun({ services, ...request }: ShortRun): TrainJob {
  return services.createRun({ preset: 'quick', ...request })
}

/** @returns the last value of each of the run's metrics, e.g. dataWaitShare and peakMemoryMb */
export async function trainShortRun(run: ShortRun): Promise<Metric[]> {
  createShortRun(run)
  await run.services.startRun(run.name)
  run.services.requireFinished(run.name, await run.services.followRun(run.name, () => undefined))
  return run.services.getRun(run.name).latestMetrics
}

export function metricValue(metrics: readonly Metric[], name: string): number {
  return Math.max(...metrics.filter((metric) => metric.name === name).map(({ value }) => value))
}
