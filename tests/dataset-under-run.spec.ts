// The folder of a dataset disappears or changes between registration, training and scoring: a run says so and loses
// nothing. Real trainer children.
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readDataset } from '../electron/services/workspace/dataset-store.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, errorOf, runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const timeout = 180_000
const short = ['stage1.steps=2', 'stage2.steps=2']
let tiny: TinyStudy
let undisturbed: Record<string, string>
const datasetOf = (name: string) => readDataset(tiny.services.workspace, name)
const rootOf = (name: string): string => datasetOf(name).root

beforeAll(async () => {
  tiny = await openTinyStudy({ testCases: 1 })
  const training = await trainTiny(tiny.services, { name: 'undisturbed', datasets: tiny.datasets, set: short })
  undisturbed = hashFiles(join(training.folder, 'checkpoints'))
}, timeout)
afterAll(() => tiny.services.close())
beforeEach(() => rmSync(tiny.services.workspace.cache, { recursive: true, force: true }))

const create = (name: string): void =>
  void tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set: [...tinySettings, ...short] })

test(
  'a folder that is gone fails the run instead of leaving out its cases; put back, it trains to the same bytes',
  async () => {
    create('gone')
    const root = rootOf('site-b')
    renameSync(root, `${root}-away`)
    const { state, events } = await continueTiny(tiny.services, 'gone')
    expect(state).toBe('failed')
    expect(errorOf(events)).toBe(
      `The folder ${root} of dataset site-b is gone. Plug in or mount its disk, or put the folder back, then resume.`,
    )
    expect(events.filter((event) => event.type === 'finding' && event.dataset === 'site-b')).toEqual([])
    renameSync(`${root}-away`, root)
    expect((await continueTiny(tiny.services, 'gone')).state).toBe('finished')
    expect(hashFiles(join(runFolderOf(tiny.services, 'gone'), 'checkpoints'))).toEqual(undisturbed)
  },
  timeout,
)

test(
  'a folder that goes once the cases are prepared is not missed',
  async () => {
    create('prepared')
    await tiny.services.startRun('prepared')
    const root = rootOf('site-a')
    let away = false
    const state = await tiny.services.followRun(
      'prepared',
      (event) => {
        if (away || event.type !== 'progress' || event.phase === 'preprocess') return
        renameSync(root, `${root}-away`)
        away = true
      },
      { pollMs: 2 },
    )
    expect(away).toBe(true)
    renameSync(`${root}-away`, root)
    expect(state).toBe('finished')
    expect(hashFiles(join(runFolderOf(tiny.services, 'prepared'), 'checkpoints'))).toEqual(undisturbed)
  },
  timeout,
)

test(
  'a label corrected after the case was prepared: the run says that it learns from what was registered',
  async () => {
    await trainTiny(tiny.services, { name: 'prepared-first', datasets: tiny.datasets, set: short })
    const { root, cases } = datasetOf('site-a')
    const [label, other] = cases.map(({ labels }) => join(root, labels[0]!.path))
    copyFileSync(label!, `${label}.before`)
    copyFileSync(other!, label!)
    create('corrected')
    const { events, folder } = await continueTiny(tiny.services, 'corrected')
    renameSync(`${label}.before`, label!)
    const findings = events.filter((event) => event.type === 'finding' && event.severity === 'warning')
    expect(findings).toMatchObject([
      {
        caseId: cases[0]!.id,
        dataset: 'site-a',
        message: expect.stringMatching(/^Its files changed since dataset site-a was registered; .* as it was then\./),
      },
    ])
    expect(hashFiles(join(folder, 'checkpoints'))).toEqual(undisturbed)
  },
  timeout,
)

test(
  'a label corrected before the score: the case is not scored, and this is said',
  async () => {
    create('scored')
    await continueTiny(tiny.services, 'scored')
    const { root, cases } = datasetOf('test')
    const label = join(root, cases[0]!.labels[0]!.path)
    renameSync(label, `${label}.before`)
    copyFileSync(join(rootOf('site-a'), datasetOf('site-a').cases[0]!.labels[0]!.path), label)
    const score = () => tiny.services.evaluateRun({ run: 'scored', dataset: 'test', stage: 2, model: 'ensemble' })
    await expect(score()).rejects.toThrow(/changed since dataset test was registered/)
    renameSync(`${label}.before`, label)
    await expect(score()).resolves.toBeDefined()
  },
  timeout,
)

test.each(['image', 'label'] as const)(
  '%s replaced after registration: recognised by its hash, left out and named',
  async (what) => {
    create(`changed-${what}`)
    const { root, cases } = datasetOf('site-a')
    const [first, second] = cases.map(({ images, labels }) =>
      join(root, what === 'image' ? images[0]! : labels[0]!.path),
    )
    copyFileSync(first!, `${first}.before`)
    copyFileSync(second!, first!)
    const { events } = await continueTiny(tiny.services, `changed-${what}`)
    renameSync(`${first}.before`, first!)
    expect(events.filter((event) => event.type === 'finding' && event.caseId === cases[0]!.id)).toMatchObject([
      {
        message: expect.stringMatching(/changed since dataset site-a was registered\. Register the dataset again/),
      },
    ])
  },
  timeout,
)
