// What each term of the method is worth: the demo's run again with terms switched off. Stage-2 variants share the full
// method's stage 1, so that only stage 2 differs; self-training starts from the plain one.
import type { DemoResult } from '../../../contract/commands.ts'
import type { EvaluationReport } from '../../../contract/report.ts'
import type { EvaluationRequest } from '../runs/evaluate-run.ts'
import type { RunRequest } from '../runs/plan-run.ts'
import { diceTable } from './dice-table.ts'

/** Scores models of a run on the test cases, or on another dataset. */
export type Score = (request: Omit<EvaluationRequest, 'dataset'> & { dataset?: string }) => Promise<EvaluationReport>

type Variant = { title: string; run: string; stage: 1 | 2; stage1From?: string; off: readonly string[] }

export type AblationRequest = {
  datasets: readonly string[]
  set: readonly string[]
  /** The finished run with every term on. */
  full: string
  train: (request: RunRequest) => Promise<void>
  score: Score
}

const stage1 = { PD: 'stage1.predictionDifference', FD: 'stage1.featureDifference' }
const stage2 = { PS: 'stage2.predictionSimilarity', DFS: 'stage2.featureSimilarity' }

/** In the order of the table. Columns named by the terms that are on. */
export function ablationVariants(full: string): Variant[] {
  const first = (title: string, run: string, off: readonly string[]): Variant => ({ title, run, stage: 1, off })
  const second = (title: string, run: string, off: readonly string[], stage1From = full): Variant => ({
    title,
    run,
    stage: 2,
    stage1From,
    off,
  })
  return [
    first('1 plain', `${full}-1-plain`, [stage1.PD, stage1.FD]),
    first('1 +PD', `${full}-1-pd`, [stage1.FD]),
    first('1 +FD', `${full}-1-fd`, [stage1.PD]),
    first('1 +PD+FD', full, []),
    second('self-training', `${full}-self-training`, [stage2.PS, stage2.DFS], `${full}-1-plain`),
    second('2 plain', `${full}-2-plain`, [stage2.PS, stage2.DFS]),
    second('2 +PS', `${full}-2-ps`, [stage2.DFS]),
    second('2 +DFS', `${full}-2-dfs`, [stage2.PS]),
    second('2 +PS+DFS', full, []),
  ]
}

/** @returns Dice of the fused models of each variant on the test cases */
export async function runAblation(request: AblationRequest): Promise<NonNullable<DemoResult['ablation']>> {
  const { datasets, set, full, train, score } = request
  const columns = []
  for (const { title, run, stage, stage1From, off } of ablationVariants(full)) {
    if (run !== full) {
      await train({
        name: run,
        datasets,
        preset: 'quick',
        stages: stage === 1 ? '1' : '2',
        ...(stage1From === undefined ? {} : { stage1From }),
        set: [...set, ...off.map((term) => `${term}.enabled=off`)],
      })
    }
    columns.push({ title, report: await score({ run, stage, model: 'ensemble' }) })
  }
  return diceTable(columns)
}
