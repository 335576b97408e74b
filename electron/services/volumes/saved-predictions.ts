// Evaluations that kept their label maps: which run, stage and model predicted which case, newest first.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { ModelChoiceSchema, type ModelChoice } from '../../../contract/job.ts'
import { StageNumberSchema, type StageNumber } from '../../../contract/run-config.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'

export interface SavedPrediction {
  readonly run: string
  readonly stage: StageNumber
  readonly model: ModelChoice
  readonly path: string
  readonly createdAt: string
}

/** What is needed of an evaluation's run.json; checking all of its cases would take long. */
const EvaluationSchema = z.object({
  kind: z.literal('evaluate'),
  createdAt: z.string(),
  runFolder: z.string(),
  stage: StageNumberSchema,
  model: ModelChoiceSchema,
  savePredictions: z.boolean(),
  dataset: z.object({
    name: z.string(),
    cases: z.array(z.object({ id: z.string(), imageHash: z.string().nullable() })),
  }),
})
type Evaluation = z.infer<typeof EvaluationSchema>

export type FindPredictions = (dataset: string, caseId: string, imageHash: string | null) => SavedPrediction[]

/** Remembers what it read: the run.json of a job never changes. */
export function createPredictionFinder(workspace: Workspace): FindPredictions {
  const known = new Map<string, Evaluation | null>()

  function read(folder: string): Evaluation | null {
    const file = join(folder, 'run.json')
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs
    if (written === undefined) return null
    const key = `${file} ${written}`
    let evaluation = known.get(key)
    if (evaluation === undefined) known.set(key, (evaluation = tryRead(file)))
    return evaluation
  }

  return (dataset, caseId, imageHash) => {
    const newest = new Map<string, SavedPrediction>()
    for (const name of readdirSync(workspace.jobs).filter((entry) => entry.startsWith('evaluate-'))) {
      const folder = join(workspace.jobs, name)
      const evaluation = read(folder)
      if (!evaluation?.savePredictions || evaluation.dataset.name !== dataset) continue
      const path = join(folder, 'predictions', `${encodeURIComponent(caseId)}.nii.gz`)
      const entry = evaluation.dataset.cases.find(({ id }) => id === caseId)
      if (!entry || entry.imageHash !== imageHash || !existsSync(path)) continue
      // The folder's last name counts, as for runs themselves: workspaces are copied and moved.
      const { stage, model, createdAt } = evaluation
      const found = { run: basename(evaluation.runFolder), stage, model, path, createdAt }
      const key = `${found.run} ${stage} ${model}`
      const other = newest.get(key)
      if (!other || other.createdAt < createdAt) newest.set(key, found)
    }
    return [...newest.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  }
}

function tryRead(file: string): Evaluation | null {
  try {
    return readJsonFile(file, EvaluationSchema)
  } catch {
    return null
  }
}
