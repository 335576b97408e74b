// Runs on a real Slurm: submitted, watched, paused, cancelled, given back at the time limit and taken up again, two at once,
// a node's daemon that dies. Skipped with its reason where Slurm cannot be started.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunSummary } from '../contract/commands.ts'
import { StudyConfigSchema } from '../contract/study.ts'
import { runStudy } from '../electron/services/study/run-study.ts'
import { readJobPlace } from '../trainer/job-folder/read-job-place.ts'
import { writeJobPlace } from '../electron/services/places/job-place.ts'
import { hashFiles } from './helpers/hash-files.ts'
import { openSlurmCluster, whyNoSlurm, type SlurmCluster } from './helpers/slurm-cluster.ts'
import { openTinyStudy, tinySettings, type TinyStudy } from './helpers/tiny-study.ts'
import { readTraining, runFolderOf, trainTiny } from './helpers/train-tiny.ts'
import { until } from './helpers/until.ts'

const reason = whyNoSlurm()
const timeout = 240_000
/** The others take minutes. */
const all = process.env['TEST_ALL'] === '1'
const place = { kind: 'slurm', name: 'cluster', partition: 'main', gres: 'gpu:1', cpus: 1 }

describe.skipIf(reason !== null)(`a cluster with Slurm${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let cluster: SlurmCluster
  let tiny: TinyStudy

  const create = (name: string, ...set: string[]): string => {
    tiny.services.createRun({ name, datasets: tiny.datasets, preset: 'quick', set: [...tinySettings, ...set] })
    return runFolderOf(tiny.services, name)
  }
  const start = (name: string): Promise<number> => tiny.services.startRun(name, { place: 'cluster' })
  const look = async (name: string): Promise<RunSummary> => {
    await tiny.services.lookAtPlaces()
    return tiny.services.getRun(name).summary
  }
  /** Until the run is as it should be. */
  async function seen(name: string, holds: (run: RunSummary) => boolean, what: string): Promise<RunSummary> {
    for (const end = performance.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 500))) {
      const run = await look(name)
      if (holds(run)) return run
      if (performance.now() > end) throw new Error(`waited in vain for ${what}; ${name}: ${JSON.stringify(run)}`)
    }
  }
  const follow = (name: string) => tiny.services.followRun(name, () => undefined, { pollMs: 50 })

  beforeAll(async () => {
    ;[cluster, tiny] = await Promise.all([openSlurmCluster(), openTinyStudy({ testCases: 1 })])
    tiny.services.places.save(place)
  }, timeout)
  afterAll(async () => {
    await cluster?.close()
    tiny?.services.close()
  }, timeout)

  test(
    'is found good by the check, and what is wrong with a place is said in words',
    async () => {
      const { findings } = await tiny.services.places.check('cluster')
      expect(findings.map(({ state }) => state)).toEqual(['good', 'good', 'good'])
      tiny.services.places.save({ ...place, name: 'elsewhere', partition: 'gpu' })
      expect((await tiny.services.places.check('elsewhere')).findings.at(-1)).toEqual({
        state: 'missing',
        message: 'The cluster has no partition gpu; it has main.',
      })
      tiny.services.places.save({ ...place, name: 'wrong', command: '/nowhere/organ-mosaic' })
      expect((await tiny.services.places.check('wrong')).findings.at(-1)?.message).toMatch(
        /OrganMosaic does not start on .* with \/nowhere\/organ-mosaic .*No such file.* Set the command of the place/,
      )
      tiny.services.places.save({ ...place, name: 'modules', modules: ['cuda/0'] })
      expect((await tiny.services.places.check('modules')).findings.at(-1)?.message).toMatch(
        /^The small job that looks around does not load cuda\/0: .* Set the modules of the place\.$/,
      )
    },
    timeout,
  )

  test(
    'trains a run to the same bytes as this machine, and the run names its place',
    async () => {
      const here = await trainTiny(tiny.services, { name: 'here', datasets: tiny.datasets })
      const folder = create('there')
      await start('there')
      expect(await look('there')).toMatchObject({ place: { name: 'cluster', kind: 'slurm' } })
      await expect(start('there')).rejects.toThrow(/runs? already|waits for its turn already|running already/)
      expect(await follow('there')).toBe('finished')
      expect(hashFiles(join(folder, 'checkpoints'))).toEqual(hashFiles(join(here.folder, 'checkpoints')))
      expect(readTraining(tiny.services, 'there').events.at(-1)).toMatchObject({ type: 'state', state: 'finished' })
      expect(readFileSync(join(folder, 'trainer.log'), 'utf8')).toMatch(/=== started at .* Slurm job \d+/)
      expect(await seen('there', ({ place }) => place?.state === 'ended', 'its end')).toMatchObject({
        state: 'finished',
      })
    },
    timeout,
  )

  test(
    'says nothing of the job of a colleague that this user cannot see, and takes back that it had ended',
    async () => {
      const folder = create('colleague', 'stage1.steps=100000')
      await start('colleague')
      const training = ({ state, progress }: RunSummary): boolean => state === 'running' && progress !== null
      await seen('colleague', training, 'training')
      const known = readJobPlace(folder)!
      writeJobPlace(folder, { ...known, owner: 424242, job: '424242' })
      expect(await look('colleague')).toMatchObject({ state: 'running' })
      writeJobPlace(folder, { ...known, word: { ...known.word, state: 'ended' } })
      await seen('colleague', training, 'its true state')
      await tiny.services.controlRun('colleague', 'pause')
      expect(await follow('colleague')).toBe('paused')
    },
    timeout,
  )

  test(
    'runs two at once, shows the position and reason of a third, and takes what waits out of the queue',
    async () => {
      const names = ['one', 'two', 'three']
      for (const name of names) create(name, 'stage1.steps=100000')
      await tiny.services.startRuns(names, { place: 'cluster' })
      expect(names.map((name) => readJobPlace(runFolderOf(tiny.services, name))?.job)).toEqual(
        [0, 1, 2].map((task) => expect.stringMatching(new RegExp(`^\\d+_${task}$`))),
      )
      const training = ({ state, progress }: RunSummary): boolean => state === 'running' && progress !== null
      await Promise.all(['one', 'two'].map((name) => seen(name, training, 'training')))
      const third = await seen('three', ({ place }) => place?.position === 1, 'its position')
      expect(third).toMatchObject({ state: 'queued', place: { state: 'waiting' } })
      expect(third.place?.reason).toMatch(/\((Resources|Priority)\)/)
      expect((await tiny.services.controlRun('three', 'stop')).state).toBe('stopped')
      await Promise.all(['one', 'two'].map((name) => tiny.services.controlRun(name, 'pause')))
      expect(await Promise.all(['one', 'two'].map(follow))).toEqual(['paused', 'paused'])
      expect(cluster.ask('squeue', '--noheader', '--states=PENDING')).toBe('')
    },
    timeout,
  )

  test.runIf(all)(
    'a study gives its runs to the queue as one array, and is scored there',
    async () => {
      const config = StudyConfigSchema.parse({
        name: 'ladder',
        datasets: tiny.datasets,
        test: 'test',
        preset: 'quick',
        seeds: [1, 2],
        place: 'cluster',
        set: [...tinySettings, 'shared.steps=4', 'shared.validateEvery=2'],
        rows: [{ name: 'marginal', method: 'marginal' }],
      })
      const { rows } = await runStudy(tiny.services, config, {
        note: () => undefined,
        async followRun(name, from) {
          const state = await tiny.services.followRun(name, () => undefined, { from, pollMs: 50 })
          tiny.services.requireFinished(name, state)
        },
        watchJob: (_label, work) => work({}),
      })
      const runs = rows[0]?.runs ?? []
      const jobs = runs.map((name) => readJobPlace(runFolderOf(tiny.services, name))?.job.split('_'))
      expect(jobs).toEqual([
        [jobs[0]?.[0], '0'],
        [jobs[0]?.[0], '1'],
      ])
      const evaluations = readdirSync(tiny.services.workspace.jobs).filter((name) => name.startsWith('evaluate'))
      for (const name of evaluations) {
        expect(readJobPlace(join(tiny.services.workspace.jobs, name))?.place.name).toBe('cluster')
      }
      expect(evaluations).toHaveLength(2)
    },
    timeout,
  )

  test.runIf(all)(
    'a paused run goes on there, or here, from its checkpoint',
    async () => {
      await tiny.services.startRun('one')
      await seen('one', ({ state }) => state === 'running', 'training')
      expect((await look('one')).place?.name).toBe('cluster')
      await tiny.services.controlRun('one', 'stop')
      expect(await follow('one')).toBe('stopped')
      await seen('one', ({ place }) => place?.state === 'ended', 'its end')
      await tiny.services.startRun('one', { place: 'this-machine' })
      expect(await look('one')).toMatchObject({ state: 'running', place: null })
      await tiny.services.controlRun('one', 'stop')
      expect(await follow('one')).toBe('stopped')
    },
    timeout,
  )

  test.runIf(all)(
    'a job that an administrator cancels is interrupted, and says so',
    async () => {
      create('cancelled', 'stage1.steps=100000')
      await start('cancelled')
      await seen('cancelled', ({ state, progress }) => state === 'running' && progress !== null, 'training')
      cluster.ask('scancel', readJobPlace(runFolderOf(tiny.services, 'cancelled'))?.job ?? '')
      const run = await seen('cancelled', ({ state }) => state === 'interrupted', 'its end')
      expect(run.place?.reason).toBe('it was cancelled')
    },
    timeout,
  )

  test.runIf(all)(
    "a node's daemon that is killed and comes back loses nothing",
    async () => {
      create('orphan', 'stage1.steps=40')
      await start('orphan')
      await seen('orphan', ({ state, progress }) => state === 'running' && progress !== null, 'training')
      cluster.killNode()
      await new Promise((resolve) => setTimeout(resolve, 3000))
      expect((await look('orphan')).state).toMatch(/running|finished/)
      cluster.startNode()
      expect(await follow('orphan')).toBe('finished')
    },
    timeout,
  )

  test.runIf(all)(
    'a run that waits says why, and begins when the cluster lets it',
    async () => {
      const folder = create('moved')
      cluster.ask('scontrol', 'update', 'PartitionName=main', 'State=DOWN')
      await start('moved')
      expect((await seen('moved', ({ place }) => place?.reason !== '', 'its reason')).state).toBe('queued')
      const { job } = readJobPlace(folder)!
      expect(cluster.ask('squeue', '--noheader', '--format=%i').trim()).toBe(job)
      cluster.ask('scontrol', 'update', 'PartitionName=main', 'State=UP')
      expect(await follow('moved')).toBe('finished')
      await until(() => cluster.ask('squeue', '--noheader') === '', 'an empty queue')
    },
    timeout,
  )

  test.runIf(all)(
    'at its time limit a run writes a checkpoint, waits for its next turn, and ends with the same bytes',
    async () => {
      const steps = 'stage1.steps=500'
      const here = await trainTiny(tiny.services, { name: 'long-here', datasets: tiny.datasets, set: [steps] })
      const folder = create('long-there', steps)
      tiny.services.places.save({ ...place, timeLimitMinutes: 2, warnSeconds: 60 })
      await start('long-there')
      expect(await follow('long-there')).toBe('finished')
      const states = readTraining(tiny.services, 'long-there').events.flatMap((event) =>
        event.type === 'state' ? [event.state] : [],
      )
      // How many turns it takes depends on the machine; each ends in the queue and the last one at the end.
      expect(states.slice(0, 3)).toEqual(['running', 'queued', 'running'])
      expect(states.at(-1)).toBe('finished')
      expect(new Set(states)).toEqual(new Set(['running', 'queued', 'finished']))
      expect(hashFiles(join(folder, 'checkpoints'))).toEqual(hashFiles(join(here.folder, 'checkpoints')))
    },
    600_000,
  )
})
