// Datasets that do not fit into the memory that a trainer may take: prepared cases of 2 x 60 phantoms on a grid of 3 mm, trained
// on with a small and with a large cache of cases. Linux alone: the limit is the system's (prlimit), memory is read in /proc.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { canLimitMemory, limitWhenPrepared, workingPid } from '../tests/helpers/limit-memory.ts'
import type { Row } from './benches.ts'
import { createShortRun, registerPhantoms, type PhantomWorkspace } from './phantom-runs.ts'

/** Of each of two datasets. */
const CASES = 60
const SPARE_MB = 300
const SETTINGS = [
  'plan.spacingMm=3,3,3',
  'plan.maxMedianVoxels=100000000',
  'plan.patch=24,24,24',
  'plan.cropToBody=false',
  'network.baseChannels=4',
  'network.levels=2',
  'stage1.steps=120',
  'stage1.validateEvery=120',
  'validation.maxCases=1',
  'validation.fraction=0.05',
  'runtime.threads=1',
]
const ShapeFileSchema = z.object({ shape: z.array(z.int()) })
const row = (measure: string, value: number, unit = 'MB'): Row => ({ bench: 'large', measure, value, unit })

export async function benchLargeDataset(): Promise<Row[]> {
  if (!canLimitMemory) return []
  const phantoms = await registerPhantoms(2, CASES, 0.5)
  try {
    const small = await train(phantoms, 'small', 32, SPARE_MB)
    const large = await train(phantoms, 'large', 4096, null)
    return [
      row('prepared cases in memory', small.preparedMb),
      row('limit above what it has when they are prepared', SPARE_MB),
      row('cache of 32 MB, under the limit: most memory (RSS)', small.mostMb),
      row('cache of 32 MB: grown by, since they were prepared', small.mostMb - small.beforeMb),
      row('cache of 4096 MB, no limit: most memory (RSS)', large.mostMb),
      row('cache of 4096 MB: grown by', large.mostMb - large.beforeMb),
    ]
  } finally {
    phantoms.services.close()
  }
}

interface Outcome {
  /** When all cases are prepared, and the most after that. */
  readonly beforeMb: number
  readonly mostMb: number
  /** Image as float32 and labels as uint16 of every case. */
  readonly preparedMb: number
}

async function train(
  { services, datasets }: PhantomWorkspace,
  name: string,
  caseCacheMb: number,
  spareMb: number | null,
): Promise<Outcome> {
  const set = [...SETTINGS, `runtime.caseCacheMb=${caseCacheMb}`]
  createShortRun({ services, name, datasets, stages: '1', set })
  const folder = join(services.workspace.runs, name)
  await services.startRun(name)
  // No more than that: the system refuses it more.
  await limitWhenPrepared(folder, spareMb ?? 64_000, true)
  const pid = workingPid(folder)
  const beforeMb = residentMb(pid)
  let mostMb = beforeMb
  let ended = false
  const sampling = (async () => {
    for (; !ended; await sleep(50)) mostMb = Math.max(mostMb, residentMb(pid))
  })()
  const state = await services.followRun(name, () => undefined)
  ended = true
  await sampling
  services.requireFinished(name, state)
  return { beforeMb, mostMb, preparedMb: (6 * countVoxels(services.workspace.cache)) / 2 ** 20 }
}

/** Of a process; 0 once it is gone. */
function residentMb(pid: number): number {
  try {
    return Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Of all prepared cases. */
const countVoxels = (cache: string): number =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(join('image', 'zarr.json')))
    .map((path) => ShapeFileSchema.parse(JSON.parse(readFileSync(join(cache, path), 'utf8'))))
    .reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0)
