// After the last stage: of each organ, whether small connected parts are better removed, as the validation cases tell.
// Test cases are never asked.
import { existsSync } from 'node:fs'
import type { StageNumber } from '../../contract/run-config.ts'
import { removeSmallParts } from '../imaging/connected-components.ts'
import { writeFileAtomically } from '../imaging/write-file-atomically.ts'
import type { PostProcessing } from '../../contract/post-processing.ts'
import { CANDIDATES, chooseKeep, postProcessingPath } from '../inference/post-processing.ts'
import { openRunPredictor } from '../inference/run-models.ts'
import { codebookClasses, type Study } from '../labels/study.ts'
import { patchDice } from '../losses/patch-dice.ts'
import { openPreprocessed } from '../preprocessing/preprocessed-store.ts'
import { argmaxClasses, type ValidationCase } from '../stages/validate.ts'
import type { Journal } from './journal.ts'
import type { Progress } from './progress.ts'

/** Per union class, for each case that judges it: Dice of everything, then of each candidate. */
type Scores = Map<number, number[][]>

/** Writes post-processing.json once; a run that has it goes on. @throws what the control of the job asks for */
export async function choosePostProcessing(
  folder: string,
  study: Study,
  stage: StageNumber,
  validation: readonly ValidationCase[],
  journal: Journal,
  progress: Progress,
  check: () => void,
): Promise<void> {
  if (existsSync(postProcessingPath(folder))) return
  progress.begin('post-processing')
  const predictor = await openRunPredictor(folder, stage, 'ensemble')
  const scores: Scores = new Map()
  try {
    for (const [i, entry] of validation.entries()) {
      check()
      await scoreCase(entry, study, predictor.predict, scores)
      progress.advance(i + 1, `post-processing, case ${entry.caseId}`)
    }
  } finally {
    predictor.dispose()
  }
  const chosen: PostProcessing = {
    stage,
    organs: study.union.organs.flatMap((organ, i) => chooseFor(organ, i + 1, scores)),
  }
  await writeFileAtomically(postProcessingPath(folder), JSON.stringify(chosen, null, 2))
  journal.append({ type: 'log', level: 'info', message: describe(chosen) })
}

async function scoreCase(
  { folder, dataset, caseId }: ValidationCase,
  study: Study,
  predict: Awaited<ReturnType<typeof openRunPredictor>>['predict'],
  scores: Scores,
): Promise<void> {
  const stored = await openPreprocessed(folder)
  const caseEntry = study.datasets[dataset]!.cases.find(({ id }) => id === caseId)!
  const target = {
    codes: Int32Array.from(stored.labels),
    sets: codebookClasses(study, dataset, caseEntry, stored.codebook),
  }
  const everything = Array.from({ length: study.classCount }, (_, c) => c)
  const predicted = Uint8Array.from(argmaxClasses(predict(stored), everything))
  const versions = [predicted, ...CANDIDATES.map((share) => keepOfAll(predicted, stored.shape, share, everything))]
  const dice = versions.map((classes) => patchDice(Int32Array.from(classes), target, study.classCount))
  dice[0]!.forEach(({ classes }, i) => {
    if (classes.length !== 1) return
    const [unionClass] = classes as [number]
    scores.set(unionClass, [...(scores.get(unionClass) ?? []), dice.map((version) => version[i]!.dice)])
  })
}

function keepOfAll(predicted: Uint8Array, shape: [number, number, number], share: number, classes: readonly number[]) {
  const copy = predicted.slice()
  removeSmallParts(copy, shape, new Map(classes.slice(1).map((unionClass) => [unionClass, share])))
  return copy
}

function chooseFor(organ: string, unionClass: number, scores: Scores): PostProcessing['organs'] {
  const rows = scores.get(unionClass) ?? []
  if (rows.length === 0) return []
  const mean = (version: number) => rows.reduce((sum, row) => sum + row[version]!, 0) / rows.length
  const before = mean(0)
  const { keep, dice } = chooseKeep(
    before,
    CANDIDATES.map((_, i) => mean(i + 1)),
  )
  return [{ organ, unionClass, keep, cases: rows.length, diceBefore: before, diceAfter: dice }]
}

function describe({ organs }: PostProcessing): string {
  const list = (share: number) => organs.filter(({ keep }) => keep === share).map(({ organ }) => organ)
  const [largest, mild] = [list(1), list(0.1)]
  const parts = [
    ...(largest.length > 0 ? [`the largest connected part of ${largest.join(', ')}`] : []),
    ...(mild.length > 0 ? [`parts of at least a tenth of the largest of ${mild.join(', ')}`] : []),
  ]
  return parts.length === 0
    ? 'Post-processing: nothing is removed; on the validation cases any removal lowered Dice.'
    : `Post-processing, chosen on the validation cases: predictions keep only ${parts.join(', and ')}.`
}
