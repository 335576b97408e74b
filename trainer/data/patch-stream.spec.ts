import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stageSchedule, type ScheduleSetup } from '../stages/schedule.ts'
import { TINY_PATCH, tinyConfig, tinyJob } from '../stages/test-stage.ts'
import { PatchSource } from './patch-source.ts'
import { openPatchStream } from './patch-stream.ts'
import type { PatchSetup } from './patch.ts'
import { storeTestCase } from './test-cases.ts'

let root = ''
let setup: PatchSetup
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'patch-stream-'))
  const labels = { codebook: [[], ['1'], ['2']], rule: (z: number) => (z < 3 ? 1 : z > 8 ? 2 : 0) }
  const entryOf = async (caseId: string, classes: number[]) => ({
    caseId,
    folder: await storeTestCase(root, caseId, [12, 10, 10], labels),
    pseudoFolder: null,
    trueClasses: classes,
    allClasses: classes,
    rejectedClasses: [],
  })
  setup = {
    seed: 1,
    shape: TINY_PATCH,
    spacingMm: [2, 2, 2],
    augmentation: tinyConfig().augmentation,
    foreground: 0.8,
    cacheMb: 100,
    job: tinyJob,
    cases: [[await entryOf('a1', [1, 2]), await entryOf('a2', [1, 2])], [await entryOf('b1', [3, 4])]],
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

const schedule: ScheduleSetup = { seed: 1, stage: 1, datasets: 2, steps: 4, batch: 2, foreignShare: 0.5 }

describe('the patch stream', () => {
  it.each([1, 3, 50])('hands out the patches of the schedule in order, %d prepared ahead', async (ahead) => {
    const source = new PatchSource(setup)
    const stream = openPatchStream(setup, stageSchedule(schedule, 0), ahead)
    try {
      for (const request of stageSchedule(schedule, 0)) expect(await stream.next()).toEqual(await source.draw(request))
      expect(stream.waitedMs).toBeGreaterThan(0)
    } finally {
      await stream.close()
    }
  })

  it('throws in its place what the worker met, with its code, and goes on', async () => {
    const [a1, a2] = setup.cases[0]!
    const broken = { ...setup, cases: [[{ ...a1!, folder: join(root, 'gone.zarr') }, { ...a2!, folder: join(root, 'gone.zarr') }], setup.cases[1]!] } // prettier-ignore
    const stream = openPatchStream(broken, stageSchedule({ ...schedule, batch: 1, foreignShare: 0 }, 0), 4)
    try {
      const error = await stream.next().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'OrganMosaicError', code: 'invalid-file' })
      expect((error as Error).message).toContain('gone.zarr is not a complete preprocessed case')
      expect((await stream.next()).caseId).toBe('b1')
    } finally {
      await stream.close()
    }
  })

  it('throws when the worker cannot start', async () => {
    // the vocabulary is not what the worker expects: it dies at once
    const broken = { ...setup, job: { ...setup.job, organs: null as unknown as string[] } }
    const stream = openPatchStream(broken, stageSchedule(schedule, 0), 1)
    await expect(stream.next()).rejects.toThrow()
    await stream.close()
  })
})
