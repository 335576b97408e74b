// A registered phantom study so small that a whole training of it takes seconds. For tests with real trainer children.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServices } from '../../electron/services/create-services.ts'
import type { Services } from '../../electron/services/services.ts'
import { generatePhantomStudy, type PhantomStudy } from '../../electron/services/demo/phantom/generate-phantom-study.ts'

export type TinyStudy = {
  home: string
  services: Services
  study: PhantomStudy
  /** Names of the registered training datasets: site-a, site-b, site-c. */
  datasets: string[]
}

export type TinyStudyOptions = {
  /** A new temporary one unless given. */
  home?: string
  cases?: number
  testCases?: number
  /** 2: an MR beside the CT of every case. */
  channels?: 1 | 2
  /** Changes the files before they are registered. */
  prepare?: (study: PhantomStudy) => void
}

/** The caller closes the services. */
export async function openTinyStudy({
  home = join(mkdtempSync(join(tmpdir(), 'organ-mosaic-tiny-')), 'home'),
  cases = 3,
  testCases = 0,
  channels = 1,
  prepare,
}: TinyStudyOptions = {}): Promise<TinyStudy> {
  const study = await generatePhantomStudy(join(home, 'study'), {
    seed: 7,
    trainingCases: cases,
    testCases,
    resolution: 0.3,
    channels,
  })
  prepare?.(study)
  const services = createServices({ home })
  // Files that are only numbered are named here.
  const reading = channels === 1 ? {} : { channels: ['CT', 'MR'] }
  for (const { name, folder } of study.sites) await services.registerDataset({ name, folder, reading })
  if (testCases > 0) await services.registerDataset({ name: 'test', folder: study.test, role: 'test' })
  return { home, services, study, datasets: study.sites.map(({ name }) => name) }
}

/**
 * One thread by default: with two, one of about ten runs of this suite on a machine under heavy load once ended with
 * other weights in stage 2, and 78 repetitions did not show it again (docs/decisions/0009-determinism.md). The long
 * suite keeps two, so that it can be caught.
 */
const threads = process.env['TEST_ALL'] ? 2 : 1

/** A network of two levels and 4 channels on patches of 16 voxels; what it learns is nothing. */
export const tinySettings: readonly string[] = [
  'network.baseChannels=4',
  'network.levels=2',
  'plan.patch=16,16,16',
  'plan.maxMedianVoxels=8000',
  `runtime.threads=${threads}`,
  'stage1.steps=4',
  'stage2.steps=4',
  'stage1.validateEvery=2',
  'stage2.validateEvery=2',
]

/** Whatever a model believes most becomes a pseudo label. */
export const gullible: readonly string[] = [
  'pseudoLabels.organThreshold=0',
  'pseudoLabels.oddsMargin=0',
  'pseudoLabels.volumeRange=0,1000000',
  'pseudoLabels.ignoreCut=false',
]
