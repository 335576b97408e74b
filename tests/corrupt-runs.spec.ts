// Damaged files of runs and of the index: an error in a sentence that names the file and the next step, everything else
// still works, and the run goes on once the file is repaired.
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServices } from '../electron/services/create-services.ts'
import { readJournal } from '../trainer/job-folder/read-journal.ts'
import { craftNifti } from '../trainer/imaging/nifti/craft-nifti.ts'
import { empty, filesBelow, halve, remove, whileDamaged } from './helpers/damage.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, errorOf, readTraining, runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const timeout = 120_000
let tiny: TinyStudy
/** A finished run that nothing happened to. */
let base: string

beforeAll(async () => {
  tiny = await openTinyStudy({ cases: 3, testCases: 2 })
  const set = ['stage1.steps=2', 'stage2.steps=2']
  const training = await trainTiny(tiny.services, { name: 'base', datasets: tiny.datasets, set })
  expect(training.state).toBe('finished')
  base = training.folder
}, timeout)
afterAll(() => tiny.services.close())

describe('a run that was paused', () => {
  const set = [...tinySettings, 'stage1.steps=6', 'checkpoint.everySeconds=0', 'pseudoLabels.review=on']
  const resume = (name: string) => continueTiny(tiny.services, name)

  /** Pauses after the first step; garbage in control.json must not end it before. */
  async function pauseEarly(name: string): Promise<string> {
    tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set })
    await tiny.services.startRun(name)
    const folder = runFolderOf(tiny.services, name)
    writeFileSync(join(folder, 'control.json'), '{"request":"pau')
    let asked = false
    const state = await tiny.services.followRun(
      name,
      (event) => {
        if (!asked && event.type === 'checkpoint') void tiny.services.controlRun(name, 'pause')
        asked ||= event.type === 'checkpoint'
      },
      { pollMs: 2 },
    )
    expect(state).toBe('paused')
    return folder
  }

  test(
    'says which file is damaged, and continues when it is gone or repaired',
    async () => {
      const folder = await pauseEarly('paused')
      const checkpoint = join(folder, 'checkpoints', 'stage1-last.safetensors')
      const cut = await whileDamaged([[checkpoint, halve]], () => resume('paused'))
      expect(cut.state).toBe('failed')
      expect(errorOf(cut.events)).toMatch(/stage1-last\.safetensors.*(cut short|ends at byte).*delete it and resume/)

      const plan = await whileDamaged([[join(folder, 'plan.json'), halve]], () => resume('paused'))
      expect(plan.state).toBe('failed')
      expect(errorOf(plan.events)).toMatch(/plan\.json is damaged.*Delete it and resume/)
      // As the two sentences say.
      remove(checkpoint)
      remove(join(folder, 'plan.json'))
      const waiting = await resume('paused')
      expect(waiting.state).toBe('awaiting-review')

      writeFileSync(join(folder, 'review.json'), '{"accepted": yes}')
      const review = await resume('paused')
      expect(errorOf(review.events)).toMatch(/review\.json is damaged.*Write the review again/)
      writeFileSync(join(folder, 'review.json'), '{"accepted": true}')

      const [group] = filesBelow(join(folder, 'pseudo-labels'), '.zarr')
      const chunk = join(group!, 'codes', 'c', '0', '0', '0')
      const labels = await whileDamaged([[chunk, remove]], () => resume('paused'))
      expect(errorOf(labels.events)).toMatch(/\.zarr is not a complete set of pseudo labels\. Delete it and resume/)
      rmSync(group!, { recursive: true })
      expect((await resume('paused')).state).toBe('finished')
      expect(readTraining(tiny.services, 'paused').events.at(-1)).toMatchObject({ type: 'state', state: 'finished' })
    },
    timeout,
  )

  test(
    'continues behind garbage at the end of its journal, and keeps every event',
    async () => {
      const folder = await pauseEarly('garbage')
      const before = readTraining(tiny.services, 'garbage').events
      // Two lines that are no events, and the zeros that a power cut leaves behind a torn one.
      appendFileSync(join(folder, 'events.jsonl'), `no event\n{"seq":1}\n{"seq":${'\0'.repeat(99)}`)
      await tiny.services.startRun('garbage')
      expect(await tiny.services.followRun('garbage', () => undefined, { pollMs: 50 })).toBe('awaiting-review')
      const { events, damaged } = readJournal(folder)
      expect(damaged).toBe(2)
      expect(events.slice(0, before.length)).toEqual(before)
      expect(new Set(events.map(({ seq }) => seq)).size).toBe(events.length)
      expect(tiny.services.getRun('garbage').summary.state).toBe('awaiting-review')
    },
    timeout,
  )
})

describe('a finished run', () => {
  const evaluate = (stage: 1 | 2 = 2) => tiny.services.evaluateRun({ run: 'base', dataset: 'test', stage })

  test.each([
    ['checkpoints/stage2-model2.safetensors', 2, /stage2-model2\.safetensors.*(cut short|ends at byte)/],
    ['plan.json', 2, /plan\.json is damaged.*Restore it from a copy/],
    ['pseudo-labels/calibration.json', 1, /calibration\.json is damaged.*Delete it/],
    ['run.json', 2, /run\.json should hold JSON/],
  ] as const)(
    'with half of %s says so, and works again with the whole of it',
    async (file, stage, message) => {
      await whileDamaged([[join(base, file), halve]], async () => {
        await expect(evaluate(stage)).rejects.toThrow(message)
      })
      expect((await evaluate(stage)).failures).toEqual([])
    },
    timeout,
  )

  test(
    'is scored on the cases that can be read; the others are named',
    async () => {
      const image = join(tiny.study.test, 'imagesTs', 'PHT_001_0000.nii.gz')
      const label = join(tiny.study.test, 'labelsTs', 'PHT_002.nii.gz')
      const report = await whileDamaged([[image, remove]], () => evaluate())
      expect(report.failures).toEqual([
        { caseId: 'PHT_001', message: expect.stringMatching(/PHT_001.*does not exist/) },
      ])
      expect(new Set(report.scores.map(({ caseId }) => caseId))).toEqual(new Set(['PHT_002']))
      await whileDamaged(
        [
          [image, remove],
          [label, halve],
        ],
        async () => {
          await expect(evaluate()).rejects.toThrow(/No case of test could be scored: .*PHT_001.*does not exist/)
        },
      )
    },
    timeout,
  )

  test(
    'predicts the images that can be read; the others are named',
    async () => {
      const good = readFileSync(join(tiny.study.test, 'imagesTs', 'PHT_001_0000.nii.gz'))
      const inputs = join(tiny.home, 'inputs')
      mkdirSync(inputs)
      const files: Record<string, string | Uint8Array> = {
        'good.nii.gz': good,
        'cut.nii.gz': good.subarray(0, good.length / 2),
        'empty.nii': '',
        'text.nii.gz': 'This is no image.',
        'flat.nii': craftNifti({ dim: [2, 2, 2, 1, 1, 1, 1, 1] }),
        'moving.nii': craftNifti({ dim: [4, 2, 2, 2, 3, 1, 1, 1] }, new Uint8Array(48)),
        'short.nii': craftNifti({ dim: [3, 9, 9, 9, 1, 1, 1, 1] }),
      }
      for (const [name, content] of Object.entries(files)) writeFileSync(join(inputs, name), content)
      const output = join(tiny.home, 'predicted')
      const result = await tiny.services.predictWithRun({ run: 'base', input: inputs, output })
      expect(result.labelMaps.map((path) => basename(path))).toEqual(['good.nii.gz'])
      expect(readdirSync(output).sort()).toEqual(['good.json', 'good.nii.gz'])
      const said = new Map(result.failures.map((line) => [line.split(':')[0], line]))
      expect([...said.keys()].sort()).toEqual(['cut', 'empty', 'flat', 'moving', 'short', 'text'])
      expect(said.get('cut')).toMatch(/is truncated/)
      expect(said.get('empty')).toMatch(/is empty/)
      expect(said.get('text')).toMatch(/text\.nii\.gz/)
      for (const name of ['flat', 'moving']) expect(said.get(name)).toMatch(/expected one 3D volume/)
      expect(said.get('short')).toMatch(/is truncated: its header announces/)

      const text = join(inputs, 'text.nii.gz')
      await expect(tiny.services.predictWithRun({ run: 'base', input: text, output })).rejects.toThrow(
        /None of the 1 images could be segmented: .*text\.nii\.gz/,
      )
    },
    timeout,
  )
})

describe('the index', () => {
  const namesOf = () =>
    tiny.services
      .listRuns()
      .map(({ name }) => name)
      .sort()
  const reopen = (): void => {
    tiny.services = createServices({ home: tiny.home })
  }

  test('shows the other runs and datasets when a file of one is broken, and reindex names it', async () => {
    const all = namesOf()
    const datasetFile = join(tiny.home, 'datasets', 'site-c', 'dataset.json')
    await whileDamaged(
      [
        [join(base, 'run.json'), halve],
        [datasetFile, empty],
      ],
      () => {
        expect(namesOf()).toEqual(all.filter((name) => name !== 'base'))
        expect(() => tiny.services.getRun('base')).toThrow(/base.run\.json should hold JSON/)
        expect(() => tiny.services.getDataset('site-c')).toThrow(/dataset\.json should hold JSON/)
        expect(tiny.services.getDataset('site-a').summary.name).toBe('site-a')
        const { skipped, datasets } = tiny.services.reindex()
        expect(datasets).toBe(3)
        expect(skipped).toHaveLength(2)
        expect(skipped.join()).toMatch(/dataset site-c: .*run base: /)
      },
    )
    expect(tiny.services.reindex().skipped).toEqual([])
    expect(namesOf()).toEqual(all)
  })

  test('is rebuilt with the same rows after the database was deleted', () => {
    const before = tiny.services.listRuns()
    const indexed = tiny.services.reindex()
    const detail = tiny.services.getRun('base')
    tiny.services.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(tiny.services.workspace.databaseFile + suffix, { force: true })
    reopen()
    expect(tiny.services.reindex()).toEqual(indexed)
    expect(tiny.services.listRuns()).toEqual(before)
    expect(tiny.services.getRun('base')).toEqual(detail)
  })

  test('puts a database that is none aside, says so, and loses nothing', () => {
    const before = tiny.services.listRuns()
    const { databaseFile } = tiny.services.workspace
    tiny.services.close()
    for (const suffix of ['-wal', '-shm']) rmSync(databaseFile + suffix, { force: true })
    copyFileSync(join(base, 'run.json'), databaseFile)
    reopen()
    expect(tiny.services.index.problem()).toMatch(/was damaged, and lies aside as .*\.damaged\. Nothing is lost/)
    expect(readFileSync(`${databaseFile}.damaged`)).toEqual(readFileSync(join(base, 'run.json')))
    expect(tiny.services.reindex().skipped).toEqual([])
    expect(tiny.services.listRuns()).toEqual(before)
  })
})
