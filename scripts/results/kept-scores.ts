// The scores behind a published study, case by case: docs/results/studies/NAME.scores.json.gz. The tables and tests can be
// computed from it anew, and a study that takes longer than a machine is lent goes on with what another one scored.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { EvaluationReportSchema } from '../../contract/report.ts'
import { StudyCostSchema, StudyCurveSchema, StudyTermsSchema } from '../../contract/study-figures.ts'
import type { Services } from '../../electron/services/services.ts'
import { planStudy } from '../../electron/services/study/run-study.ts'
import { readScores } from '../../electron/services/study/study-scores.ts'
import type { ScoredRun } from '../../electron/services/study/summarise-study.ts'
import type { StudyConfig } from '../../contract/study.ts'
import { roundNumbers } from './round-numbers.ts'

const ScoredRunSchema = z.object({
  row: z.string(),
  run: z.string(),
  report: EvaluationReportSchema,
  single: EvaluationReportSchema.nullable(),
  figures: z.object({ terms: StudyTermsSchema, cost: StudyCostSchema, curve: StudyCurveSchema }),
  trainingSeconds: z.number(),
})
const KeptScoresSchema = z.array(ScoredRunSchema)

/** Of the study's jobs in their order: from the workspace where it has them, else as they were kept before. */
export function gatherScores(services: Services, config: StudyConfig, kept: readonly ScoredRun[]): ScoredRun[] {
  const runs = services.runDesk.list().filter(({ state }) => state === 'finished')
  const finished = new Set(runs.map(({ name }) => name))
  return planStudy(config).flatMap((job) => {
    const { name } = job.request
    const scored = finished.has(name) ? readScores(services, job, config.test) : null
    return scored ?? kept.find(({ run }) => run === name) ?? []
  })
}

export const readKeptScores = (file: string): ScoredRun[] =>
  existsSync(file) ? KeptScoresSchema.parse(JSON.parse(gunzipSync(readFileSync(file)).toString())) : []

export const keepScores = (file: string, runs: readonly ScoredRun[]): void =>
  writeFileSync(file, gzipSync(JSON.stringify(roundNumbers(KeptScoresSchema.parse(runs))), { level: 9 }))
