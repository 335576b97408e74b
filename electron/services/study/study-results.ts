// The results of studies for a window: computed anew when a report or a run of the study is another, and kept until then,
// as the tests of a large study take a second.
import type { Services } from '../services.ts'
import { readKnown } from './describe-study.ts'
import { planStudy, studyResult } from './run-study.ts'
import { readStoredConfig } from './study-store.ts'

type Results = ReturnType<typeof studyResult>

export function createStudyResults(services: Services): { of: (name: string) => Results } {
  const kept = new Map<string, { stamp: string; results: Results }>()
  return {
    of(name) {
      const config = readStoredConfig(services.workspace, name)
      const runs = new Set(planStudy(config).map(({ request }) => request.name))
      const known = readKnown(services)
      const stamp = JSON.stringify([
        config,
        [...runs].map((run) => [known.runs.get(run)?.state, known.runs.get(run)?.updatedAt]),
        known.reports
          .filter(({ run }) => runs.has(run))
          .map(({ key, dataset, createdAt }) => [key, dataset, createdAt]),
      ])
      const before = kept.get(name)
      if (before?.stamp === stamp) return before.results
      const results = studyResult(services, config)
      kept.set(name, { stamp, results })
      return results
    },
  }
}
