import { describe, expect, it } from 'vitest'
import { exampleDataset, exampleCase } from '../fixtures/example-dataset.ts'
import { knownWords } from './known-words.ts'
import { createPseudonyms } from './pseudonyms.ts'
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
const { text, foreign } = createScrubber(pseudonyms, knownWords())

describe('a message', () => {
  it.each([
    ['Case Mueller_Hans_19600231: the label grid differs', 'Case case-1: the label grid differs'],
    ['case MUELLER_HANS_19600231 and mueller_hans_19600231.', 'case case-1 and case-1.'],
    ['Patient 4711234 is in both', 'Patient patient-1 is in both'],
    // A number is a case's name only where the message says so.
    ['Case 12 has 12 slices', 'Case case-2 has 12 slices'],
    ['the liver of patient liver', 'the liver of patient patient-2'],
    ['dataset clinic-nord, run for-dr-mueller', 'dataset dataset-1, run run-1'],
    // Derived from a name, and not the name: no word that OrganMosaic uses.
    ['reading Mueller_Hans_19600231_0000', 'reading [...]'],
    ['Hans Müller, Mueller-Hans', '[...] [...], [...]-[...]'],
    [
      "ENOENT: no such file or directory, open '/media/usb stick/Hans Long/a.dcm'",
      'ENOENT: no such file or directory, open [path]',
    ],
    ['/srv/pacs/Ward Long/clinic/images/x9y.nii.gz is damaged', 'folder-1/images/[...].nii.gz is damaged'],
    ['reading C:\\Scans\\Hans\\1.dcm and \\\\server\\share\\x', 'reading [path] and [path]'],
    ['/home/anna/OrganMosaic/runs/for-dr-mueller/plan.json', '[workspace]/runs/run-1/plan.json'],
    ['cannot read Long/scan.nii.gz', 'cannot read [file]'],
    [
      'born 1960-02-13 or 13.02.1960, identifier 19600213',
      'born [date] or [date], identifier [...]'.replace('born', '[...]'),
    ],
    ['at 2026-11-25T16:37:22.117Z: 24 GFLOP/s, 3.7e-5', 'at 2026-11-25T16:37:22.117Z: 24 GFLOP/s, 3.7e-5'],
  ])('%s', (said, kept) => {
    expect(text(said)).toBe(kept)
  })

  it('of the engine stays as it is', () => {
    const said =
      'Patch 24 x 40 x 48 = 46080 voxels (plan.maxPatchVoxels 64000), 74 % of the median case of 35 x 38 x 47, within the 24 x 37 x 47 that the median case of every dataset covers.'
    expect(text(said)).toBe(said)
  })
})

it('a line of a library keeps its words, not its paths and names', () => {
  expect(foreign('cuDNN not found below /opt/anna/cuda for clinic-nord')).toBe(
    'cuDNN not found below [path] for dataset-1',
  )
})
