// Files of registered cases, and of the cache, that are damaged before they are trained on: each gives a finding in a
// sentence that names the file, and the training goes on with what is left. Damage that registration itself meets is in
// the suites of the datasets and of NIfTI.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { empty, filesBelow, halve, remove, replaceBy, whileDamaged } from './helpers/damage.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, errorOf, trainTiny, type Training } from './helpers/train-tiny.ts'

const timeout = 120_000
let tiny: TinyStudy
/** A finished run that nothing happened to. */
let base: string

const train = (name: string, ...set: string[]): Promise<Training> =>
  trainTiny(tiny.services, { name, datasets: tiny.datasets, set: ['stage1.steps=2', 'stage2.steps=2', ...set] })
const site = (letter: 'a' | 'b' | 'c', ...path: string[]): string => join(tiny.home, 'study', `site-${letter}`, ...path)
const weights = (folder: string): Record<string, string> => hashFiles(join(folder, 'checkpoints'))
/** Cases that the run learnt from, not those that it held back; four of the five of each site. */
const learntFrom = (dataset: string): [string, string, string, string] =>
  readdirSync(join(base, 'pseudo-labels', dataset))
    .map((file) => basename(file, '.zarr'))
    .sort() as [string, string, string, string]
/** What was said about each case that was left out. */
const leftOut = ({ events }: Pick<Training, 'events'>): Map<string | null, string> =>
  new Map(
    events.flatMap((event) =>
      event.type === 'finding' && event.message.startsWith('The case is left out')
        ? [[event.caseId, event.message]]
        : [],
    ),
  )

beforeAll(async () => {
  tiny = await openTinyStudy({ cases: 5, testCases: 2 })
  const training = await train('base')
  expect(training.state).toBe('finished')
  base = training.folder
}, timeout)
afterAll(() => tiny.services.close())

test(
  'goes on without the cases whose files were deleted, cut, emptied or replaced',
  async () => {
    rmSync(tiny.services.workspace.cache, { recursive: true })
    const [a, b, c] = [learntFrom('site-a'), learntFrom('site-b'), learntFrom('site-c')]
    const otherImage = readFileSync(site('b', b[3], 'ct.nii.gz'))
    const training = await whileDamaged(
      [
        [site('a', 'imagesTr', `${a[0]}_0000.nii.gz`), remove],
        [site('a', 'imagesTr', `${a[1]}_0000.nii.gz`), halve],
        [site('a', 'labelsTr', `${a[2]}.nii.gz`), replaceBy('no label map at all')],
        [site('b', b[0], 'segmentations', 'kidney_left.nii.gz'), remove],
        [site('b', b[1], 'ct.nii.gz'), empty],
        [site('c', 'labels', `${c[0]}_label.nii.gz`), halve],
        [site('c', 'images', `${c[1]}.nii.gz`), replaceBy(otherImage)],
      ],
      () => train('damaged-cases'),
    )
    expect(training.state).toBe('finished')
    const said = leftOut(training)
    expect([...said.keys()].sort()).toEqual([a[0], a[1], a[2], b[0], b[1], c[0], c[1]])
    expect(said.get(a[0])).toMatch(/imagesTr.*does not exist/)
    expect(said.get(a[1])).toMatch(/imagesTr.*is truncated.*Copy or download it again/)
    expect(said.get(a[2])).toMatch(/labelsTr.*inside the header/)
    expect(said.get(b[0])).toMatch(/kidney_left\.nii\.gz does not exist/)
    expect(said.get(b[1])).toMatch(/ct\.nii\.gz is empty/)
    expect(said.get(c[0])).toMatch(/labels.*is truncated/)
    expect(said.get(c[1])).toMatch(/changed since dataset site-c was registered. Register the dataset again/)
    const labelled = tiny.datasets.flatMap((name) => readdirSync(join(training.folder, 'pseudo-labels', name)))
    expect(labelled).toHaveLength(3 * 4 - 7)
  },
  timeout,
)

test(
  'notices an image with other voxels on the same grid',
  async () => {
    rmSync(tiny.services.workspace.cache, { recursive: true })
    const [id] = learntFrom('site-a')
    const path = site('a', 'imagesTr', `${id}_0000.nii.gz`)
    // Labels have the image's grid, and other values.
    const other = readFileSync(site('a', 'labelsTr', `${id}.nii.gz`))
    const training = await whileDamaged([[path, replaceBy(other)]], () => train('other-voxels'))
    expect(training.state).toBe('finished')
    expect(leftOut(training).get(id)).toMatch(/changed since dataset site-a was registered.*Register the dataset again/)

    // The file is back: the same configuration gives what it always gave.
    const healed = await train('healed')
    expect(leftOut(healed).size).toBe(0)
    expect(weights(healed.folder)).toEqual(weights(base))
  },
  timeout,
)

test(
  'ends with a sentence when a dataset has nothing left, and resumes once the files are back',
  async () => {
    rmSync(tiny.services.workspace.cache, { recursive: true })
    const images = filesBelow(site('a', 'imagesTr'), '.nii.gz')
    const training = await whileDamaged(
      images.map((path) => [path, halve] as const),
      () => train('nothing-left'),
    )
    expect(training.state).toBe('failed')
    expect(errorOf(training.events)).toMatch(
      /No case of dataset site-a is left to train on.*repair the files and resume/,
    )
    expect(await continueTiny(tiny.services, 'nothing-left')).toMatchObject({ state: 'finished' })
    expect(weights(training.folder)).toEqual(weights(base))
  },
  timeout,
)

test(
  'makes preprocessed cases again whose folders are damaged',
  async () => {
    const groups = filesBelow(tiny.services.workspace.cache, '.zarr')
    expect(groups.length).toBeGreaterThanOrEqual(15)
    remove(join(groups[0]!, 'image', 'c', '0', '0', '0'))
    halve(join(groups[1]!, 'labels', 'c', '0', '0', '0'))
    halve(join(groups[2]!, 'zarr.json'))
    remove(join(groups[3]!, 'zarr.json'))
    rmSync(join(groups[4]!, 'labels'), { recursive: true })
    empty(join(groups[5]!, 'image', 'zarr.json'))
    const training = await train('damaged-cache')
    expect(training.state).toBe('finished')
    expect(leftOut(training).size).toBe(0)
    expect(weights(training.folder)).toEqual(weights(base))
  },
  timeout,
)
