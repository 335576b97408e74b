// Three real training steps of each row of a study that does not exist yet: how long its runs take here, and if they fit.
import type { StudyMeasure } from '../../../contract/api/studies.ts'
import { PreflightResultSchema } from '../../../contract/preflight.ts'
import type { StudyConfig } from '../../../contract/study.ts'
import type { Task } from '../../../contract/task.ts'
import type { Services } from '../services.ts'
import { planRun } from '../runs/plan-run.ts'
import { runPreflight } from '../runs/run-preflight.ts'
import { loadVocabulary } from '../vocabulary/load-vocabulary.ts'
import { requireWritable } from '../workspace/refuse-writing.ts'
import { planStudy } from './run-study.ts'

export function startStudyMeasure({ tasks, workspace }: Services, config: StudyConfig): Task {
  requireWritable(workspace)
  const jobs = config.rows.flatMap(({ name }) => planStudy(config).find(({ row }) => row.name === name) ?? [])
  const plans = jobs.map(({ row, request }) => ({
    row: row.name,
    job: planRun(workspace, loadVocabulary(), { ...request, name: `preview-${crypto.randomUUID()}` }),
  }))
  const title = `Measuring training steps of ${plans.length} ${plans.length === 1 ? 'method' : 'methods'}`
  return tasks.start({ kind: 'measure-study', title, subject: config.name }, async ({ signal, report }) => {
    const rows: StudyMeasure['rows'] = []
    for (const [done, { row, job }] of plans.entries()) {
      signal.throwIfAborted()
      report({ done, total: plans.length, message: row })
      const result = PreflightResultSchema.parse(await runPreflight(workspace, job, { signal }))
      rows.push({ name: row, seconds: result.report?.secondsToFinish ?? 0, fits: result.fits, message: result.message })
    }
    return { rows } satisfies StudyMeasure
  })
}
