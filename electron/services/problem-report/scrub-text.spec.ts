import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../datasets/write-test-folder.ts'
import { exampleDataset, exampleCase } from '../fixtures/example-dataset.ts'
import { knownWords } from './known-words.ts'
import { createPseudonyms } from './pseudonyms.ts'
import { knownPhrases } from './known-phrases.ts'
import { scrubLog } from './scrub-log.ts'
import { createScrubber } from './scrub-text.ts'

const dataset = {
  ...exampleDataset('clinic-nord', ['liver'], {
    cases: [
      exampleCase('Mueller_Hans_19600231', { liver: 'labelled' }, { patient: '4711234' }),
      exampleCase('12', { liver: 'labelled' }, { patient: 'liver' }),
    ],
  }),
  root: '/srv/pacs/Ward Long/clinic',
}
const pseudonyms = createPseudonyms({
  home: '/home/anna/OrganMosaic',
  datasets: [dataset],
  jobs: [],
  runs: ['for-dr-mueller'],
  studies: [],
  settings: { compute: { device: 'auto', threads: 0 }, updates: { check: false }, places: [] },
  ownOrgans: new Set(['liver']),
})
const { text, line, machine } = createScrubber(pseudonyms, { words: knownWords(), phrases: knownPhrases() })

describe('a message', () => {
  it.each([
    ['Case Mueller_Hans_19600231: the label grid 4x5x6 differs', 'Case case-1: the label grid 4x5x6 differs'],
    ['case MUELLER_HANS_19600231 and mueller_hans_19600231.', 'case case-1 and case-1.'],
    // A number is a case's name only where the message says so.
    ['pseudo labels of case 12', 'pseudo labels of case case-2'],
    ['the liver of patient liver', 'the liver of patient patient-2'],
    ['dataset clinic-nord, run for-dr-mueller', 'dataset dataset-1, run run-1'],
    // Derived from a name, and not the name.
    ['segmenting Mueller_Hans_19600231_0000', 'segmenting [...]'],
    ['Hans Müller, Mueller-Hans, Mueller^Hans', '[...]'],
    [
      "ENOENT: no such file or directory, open '/media/usb stick/Hans Long/a.dcm'",
      'ENOENT: no such file or directory, open [path]',
    ],
    ['/srv/pacs/Ward Long/clinic/images/x9y.nii.gz does not exist.', 'folder-1/[...] does not exist.'],
    ['C:\\Scans\\Hans\\1.dcm does not exist.', '[path] does not exist.'],
    ['\\\\server\\share\\x does not exist.', '[path] does not exist.'],
    ['/home/anna/OrganMosaic/runs/for-dr-mueller/plan.json', '[workspace]/runs/run-1/plan.json'],
    ['Stage 1, step 1200 of 4800', 'Stage 1, step 1200 of 4800'],
    ['stage 1, step 1/10, loss 2.596, Dice 0.020', 'stage 1, step 1/10, loss 2.596, Dice 0.020'],
  ])('%s', (said, kept) => {
    expect(text(said)).toBe(kept)
  })

  it.each([
    // Identifiers, dates and the rest of a path, alone, in a sentence of ours and behind a folder that is known.
    ['/home/anna/scans/03.02.61/123456/ct.nii.gz does not exist.', '[path] does not exist.'],
    ['/home/anna/OrganMosaic/03.02.61/4711/Rose does not exist.', '[workspace]/[...] does not exist.'],
    ['/mnt/ward seven/Rose 03.02.61/123456/ct.nii.gz does not exist.', '[path] does not exist.'],
    ['../Rose 12-3-58/9 does not exist.', '[path] does not exist.'],
    ['MRN 123456', '[...]'],
    ['MRN 1234 does not exist.', '[...] does not exist.'],
    ['patient 1234, case 77, id 99, number 5', 'patient [...], case [...], id [...], number [...]'],
    ['born 12/3/58, 3.2.1961, 1961-02-03, 02/1961', '[...] [date], [date], [date], [date]'],
    ['1.2.840.113619.2.55.3.60468.8812.77 does not exist.', '[...] does not exist.'],
    ['Akte 1234 does not exist.', '[...] does not exist.'],
    ['3. Feb 1961 does not exist.', '[...] does not exist.'],
    ['/mnt/ward of 1234 does not exist.', '[path] of [...] does not exist.'],
    ['12 34 56 does not exist.', '[...] does not exist.'],
    ['hans rose EMMA ERNST MUELLER_HANS', '[...]'],
  ])('of somebody: %s', (said, kept) => {
    expect(text(said)).toBe(kept)
  })

  it('tells no volume of an organ', () => {
    const said = 'The pseudo label of liver is ignored: its 11.0 ml lie outside the expected 19.5 to 202.1 ml.'
    expect(text(said)).toBe(said.replace('11.0', '[...]').replace('19.5', '[...]').replace('202.1', '[...]'))
    expect(text('46080 voxels of the label lie outside its image; left out')).not.toContain('46080')
    expect(text('liver volume 33.1')).not.toContain('33')
  })

  it('of the engine stays as it is, but for voxels that are counted', () => {
    const said =
      'Patch 24 x 40 x 48 = 46080 voxels (plan.maxPatchVoxels 64000), 74 % of the median case of 35 x 38 x 47, within the 24 x 37 x 47 that the median case of every dataset covers.'
    expect(text(said)).toBe(said.replace('46080', '[...]'))
  })
})

describe('a line of a log', () => {
  const app = join(import.meta.dirname, '../../..')

  it.each([
    ['MRN 123456', null],
    ['Mueller^Hans', null],
    ['TypeError: Cannot read properties of undefined', 'TypeError: Cannot read properties of undefined'],
    ['Error: Rose Miller', 'Error: [...]'],
    [
      `    at readRun (${app}/electron/services/workspace/run-store.ts:20:3)`,
      '    at readRun (electron/services/workspace/run-store.ts:20:3)',
    ],
    [`    at Mueller^Hans (file://${app}/trainer/main.ts:1:2)`, '    at [...] (trainer/main.ts:1:2)'],
    [`    at readRun (${app}/scans of Rose/main.ts:1:2)`, null],
    ['    at read (/opt/Rose/trainer/main.ts:1:2)', null],
    ['    at node:internal/main/run_main_module:36:49', '    at (node:internal/main/run_main_module:36:49)'],
  ])('%s', (said, kept) => {
    expect(line(said)).toBe(kept)
  })
})

it('what tells of the machine names versions and cards', () => {
  const said = 'GPU: NVIDIA H100 80GB HBM3, 79.6 GB, memory taken as needed'
  expect(machine(said)).toBe(said)
  expect(machine('2.21.0 from the PyPI wheel, tfjs 4.22.0')).toBe('2.21.0 from the PyPI wheel, tfjs 4.22.0')
  expect(machine('MRN 1234 of 03.02.61 in /data/Rose 1/2, Mueller')).toBe('[...] of [date] in [path]')
})

it('the end of a log keeps what TensorFlow and Node are known to say, and counts other lines', () => {
  const path = join(temporaryFolder(), 'trainer.log')
  writeFileSync(
    path,
    [
      '=== started at 2026-01-01T12:00:00.000Z',
      'MRN 123456',
      '/mnt/x y/Rose',
      'I0000 00:00:1795720928.643372    4743 port.cc:153] oneDNN custom operations are on, Mueller^Hans',
      '2026-01-01 12:00:00.123456: W tensorflow/core/framework/op.cc:12] RESOURCE_EXHAUSTED: OOM when allocating tensor with shape[1,16,40] for Mueller^Hans 123456 [Op:Conv3D]',
      '2026-01-01 12:00:00.123456: W tensorflow/core/framework/op.cc:12] Mueller^Hans 12/3/58',
      '(node:4711) [DEP0044] DeprecationWarning: Mueller^Hans, MRN 123456',
      'Killed by Rose',
      'Killed',
    ].join('\n'),
  )
  expect(
    scrubLog(path, createScrubber(pseudonyms, { words: knownWords(), phrases: knownPhrases() })).split('\n'),
  ).toEqual([
    '=== started at 2026-01-01T12:00:00.000Z',
    '(2 lines left out)',
    'I0000 00:00:1795720928.643372    4743 port.cc:153] oneDNN custom operations are on, [...]',
    '2026-01-01 12:00:00.123456: W tensorflow/core/framework/op.cc:12] RESOURCE_EXHAUSTED: OOM when allocating tensor with shape[1,16,40] [...] [Op:Conv3D]',
    '2026-01-01 12:00:00.123456: W tensorflow/core/framework/op.cc:12] [...]',
    '(node) [DEP0044] DeprecationWarning: [...]',
    '(1 line left out)',
    'Killed',
  ])
})
