import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JobEvent } from '../../../contract/events.ts'
import { exampleDataset, exampleVocabulary, saveDatasets, temporaryWorkspace } from '../fixtures/example-dataset.ts'
import { time } from '../fixtures/example-events.ts'
import { describeFindings } from './describe-findings.ts'
import { planRun } from './plan-run.ts'

const finding = (dataset: string | null, caseId: string | null, organ: string | null, message: string) =>
  ({ seq: 1, time: time(1), type: 'finding', severity: 'info', dataset, caseId, organ, message }) satisfies JobEvent
const large = (organ: string) =>
  `The pseudo label of ${organ} is ignored: its 9.0 ml lie outside the expected 1.0 to 2.0 ml.`
const cut = (organ: string) =>
  `The pseudo label of ${organ} is ignored: it touches the first or last slice, which it rarely does.`

test('ignored pseudo labels are summed up by organ, over the cases that have pseudo labels and lack the organ', () => {
  const workspace = temporaryWorkspace()
  saveDatasets(workspace, exampleDataset('a', ['spleen']), exampleDataset('b', ['liver']))
  const job = planRun(workspace, exampleVocabulary, { name: 'first', datasets: ['a', 'b'] })
  const folder = join(workspace.home, 'run')
  // b-2 is held back for validation: nobody made pseudo labels of it
  for (const stored of ['a/a-1', 'a/a-2', 'b/b-1']) {
    mkdirSync(join(folder, 'pseudo-labels', `${stored}.zarr`), { recursive: true })
  }
  const described = describeFindings(job, folder, [
    finding('a', 'a-1', 'liver', large('liver')),
    finding('a', 'a-2', 'liver', cut('liver')),
    finding('b', 'b-1', 'spleen', large('spleen')),
    finding('b', 'b-2', null, 'The case is left out.'),
    // made again after a kill
    finding('a', 'a-1', 'liver', cut('liver')),
  ])
  expect(described.findings).toEqual([
    { severity: 'info', message: 'b: b-2: The case is left out.' },
    { severity: 'info', message: 'pseudo labels of liver: ignored in 2 of 2 cases (2 cut)' },
    { severity: 'info', message: 'pseudo labels of spleen: ignored in 1 of 1 cases (1 volume)' },
  ])
  expect(described.ignoredPseudoLabels).toEqual([
    { dataset: 'a', caseId: 'a-1', organ: 'liver', reason: 'cut' },
    { dataset: 'a', caseId: 'a-2', organ: 'liver', reason: 'cut' },
    { dataset: 'b', caseId: 'b-1', organ: 'spleen', reason: 'volume' },
  ])
})
