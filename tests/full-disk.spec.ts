// A disk that fills up under a training, a prediction, an export and the index: each says so in a
// sentence, leaves nothing half written, and goes on where it was once there is space. A real small disk.
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Watch } from '../electron/services/jobs/run-job.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { openSmallDisk } from './helpers/small-disk.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { continueTiny, errorOf, readTraining, runFolderOf, trainTiny } from './helpers/train-tiny.ts'

const timeout = 180_000
const disk = openSmallDisk(24)

/** Files whose writer died or gave up. */
const unfinished = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.tmp'))

describe.skipIf(disk === null)('a small disk (skipped where this user may not mount one)', () => {
  const { folder, fill, fillUnder, free, close } = disk!
  let tiny: TinyStudy
  let undisturbed: Record<string, string>

  const newestJob = (): string => {
    const { jobs } = tiny.services.workspace
    const folders = readdirSync(jobs).map((name) => join(jobs, name))
    return folders.reduce((a, b) => (statSync(a).birthtimeMs > statSync(b).birthtimeMs ? a : b))
  }

  beforeAll(async () => {
    tiny = await openTinyStudy({ home: join(folder, 'home'), testCases: 1 })
    const training = await trainTiny(tiny.services, { name: 'undisturbed', datasets: tiny.datasets })
    expect(training.state).toBe('finished')
    undisturbed = hashFiles(join(training.folder, 'checkpoints'))
  }, timeout)
  afterAll(() => {
    tiny.services.close()
    close()
  })

  test(
    'that is full at a checkpoint: the training says so, and goes on to the same bytes',
    async () => {
      const name = 'training'
      const set = [...tinySettings, 'checkpoint.everySeconds=0']
      tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set })
      await tiny.services.startRun(name)
      let filled = false
      const state = await tiny.services.followRun(
        name,
        (event) => {
          if (!filled && event.type === 'checkpoint') fillUnder(runFolderOf(tiny.services, name))
          filled ||= event.type === 'checkpoint'
        },
        { pollMs: 2 },
      )
      expect(state).toBe('failed')
      const runFolder = runFolderOf(tiny.services, name)
      expect(errorOf(readTraining(tiny.services, name).events)).toMatch(/^The disk is full: .* could not be written/)
      expect(unfinished(runFolder)).toEqual([])
      // Told of although the index cannot be written to.
      expect(tiny.services.listRuns().map((run) => [run.name, run.state])).toContainEqual([name, 'failed'])
      free()
      expect((await continueTiny(tiny.services, name)).state).toBe('finished')
      expect(hashFiles(join(runFolder, 'checkpoints'))).toEqual(undisturbed)
    },
    timeout,
  )

  test(
    'that is full when cases are prepared: the run fails, no case is left out',
    async () => {
      const name = 'preparing'
      const set = [...tinySettings, 'plan.spacingMm=9,9,9']
      tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set })
      fill(200_000)
      const { state, events } = await continueTiny(tiny.services, name)
      free()
      expect(state).toBe('failed')
      expect(errorOf(events)).toMatch(/^The disk is full: /)
      expect(events.filter(({ type }) => type === 'finding')).toEqual([])
      expect((await continueTiny(tiny.services, name)).state).toBe('finished')
    },
    timeout,
  )

  test(
    'that is full at a prediction and an export: an error, nothing half written, and the same result afterwards',
    async () => {
      const output = join(folder, 'predicted')
      mkdirSync(output)
      const predict = (watch?: Watch) =>
        tiny.services.predictWithRun({ run: 'undisturbed', input: join(tiny.study.test, 'imagesTs'), output }, watch)
      const completed = join(folder, 'completed')
      const complete = (watch?: Watch) => tiny.services.exportRun({ run: 'undisturbed', output: completed }, watch)
      // Once the job is at work: nothing is written yet.
      const fillMeanwhile: Watch = { onEvent: ({ type }) => void (type === 'device' && fillUnder(newestJob())) }
      await expect(predict(fillMeanwhile)).rejects.toThrow(/The disk is full: .* could not be written/)
      expect(readdirSync(output)).toEqual([])
      free()
      await expect(complete(fillMeanwhile)).rejects.toThrow(/The disk is full: .* could not be written/)
      expect(existsSync(completed) ? unfinished(completed) : []).toEqual([])
      free()
      expect((await predict()).failures).toEqual([])
      expect((await complete()).failures).toEqual([])
    },
    timeout,
  )

  test('that is full when a run is made: an error, no run; the index is whole', () => {
    const before = tiny.services.listRuns()
    fill()
    expect(() =>
      tiny.services.createRun({ name: 'refused', datasets: tiny.datasets, preset: 'quick', set: [...tinySettings] }),
    ).toThrow(/The disk is full/)
    expect(tiny.services.listRuns()).toEqual(before)
    free()
    tiny.services.createRun({ name: 'refused', datasets: tiny.datasets, preset: 'quick', set: [...tinySettings] })
    expect(tiny.services.reindex().skipped).toEqual([])
  })
})
