// Workspaces for browser tests: made by the services once in a run, and copied for every file that wants one.
import { cpSync, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { openTinyStudy } from '../../helpers/tiny-study.ts'
import { trainTiny } from '../../helpers/train-tiny.ts'

/** The finished runs of the trained study. Both are evaluated on the dataset `test`, with their predictions kept. */
export const RUNS = ['first', 'second'] as const

/**
 * Datasets site-a, site-b, site-c of three cases each and `test` of two, and the runs of RUNS. The registered folders
 * lie in the original, which lives as long as the test run: the copies only read them.
 */
export async function copyTrainedStudy(home: string): Promise<void> {
  const original = join(inject('shared'), 'trained')
  const complete = `${original}.complete`
  if (!existsSync(complete)) {
    await makeTrainedStudy(original)
    cpSync(original, `${complete}.unfinished`, { recursive: true, filter: (path) => path !== join(original, 'study') })
    renameSync(`${complete}.unfinished`, complete)
  }
  cpSync(complete, home, { recursive: true })
}

async function makeTrainedStudy(home: string): Promise<void> {
  const { services, datasets } = await openTinyStudy({ home, testCases: 2 })
  for (const [seed, name] of RUNS.entries()) {
    const { state } = await trainTiny(services, { name, datasets, set: [`seed=${seed + 1}`] })
    if (state !== 'finished') throw new Error(`the training of the fixture ended as ${state}`)
    await services.evaluateRun({ run: name, dataset: 'test', savePredictions: true })
  }
  services.close()
}
