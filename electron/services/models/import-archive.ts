// Models of another workstation become a run of this workspace: it predicts, evaluates and exports like any other, and
// cannot be trained on.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { listChannels, sameChannels } from '../../../contract/channel.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { NameSchema } from '../../../contract/name.ts'
import { TrainJobSchema, type TrainJob } from '../../../contract/job.ts'
import { MODEL_FILE_VERSION, ModelManifestSchema, type ModelManifest } from '../../../contract/model-file.ts'
import { PlanSchema, type Plan } from '../../../contract/plan.ts'
import { hashFile } from '../../../trainer/imaging/hash.ts'
import { openArchive } from '../archives/open-archive.ts'
import { unpackArchive, type UnpackContext } from '../archives/unpack-archive.ts'
import { readJsonFile, writeJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { runFolder } from '../workspace/run-store.ts'

/** A run of nine large models; nobody sends more. */
const LIMITS = { bytes: 2 ** 36, files: 1000, ratio: 300, bytesAnyway: 2 ** 30 }

/**
 * @param name of the new run; that of the archive unless given
 * @returns its name
 * @throws OrganMosaicError `usage` for another file, `conflict` for a name that is taken, `invalid-file` for a damaged one
 */
export async function importArchive(
  workspace: Workspace,
  path: string,
  name?: string,
  context: UnpackContext = {},
): Promise<string> {
  const archive = await openArchive(path)
  if (archive === null) {
    throw new OrganMosaicError('usage', `${path} is no file; expected a model that organ-mosaic export-model wrote.`)
  }
  await mkdir(join(workspace.home, 'tmp'), { recursive: true })
  const unpacked = join(workspace.home, 'tmp', `model-${randomUUID()}`)
  try {
    await unpackArchive(archive, path, unpacked, context, LIMITS)
    const manifest = readManifest(path, unpacked)
    await refuseChanged(path, unpacked, manifest)
    const run = NameSchema.parse(name ?? manifest.run)
    const folder = runFolder(workspace, run)
    if (existsSync(folder)) {
      throw new OrganMosaicError('conflict', `There is a run ${run} already; give the imported one another name.`)
    }
    const job = readJsonFile(join(unpacked, 'run', 'run.json'), TrainJobSchema)
    refuseOtherPlan(path, job, readJsonFile(join(unpacked, 'run', 'plan.json'), PlanSchema))
    writeJsonFile(join(unpacked, 'run', 'run.json'), { ...job, name: run, cacheFolder: workspace.cache })
    await rename(join(unpacked, 'run'), folder)
    return run
  } finally {
    await rm(unpacked, { recursive: true, force: true })
  }
}

function readManifest(path: string, unpacked: string): ModelManifest {
  const file = join(unpacked, 'model.json')
  if (!existsSync(file)) {
    throw new OrganMosaicError('usage', `${path} holds no model; expected a file that organ-mosaic export-model wrote.`)
  }
  const manifest = readJsonFile(file, ModelManifestSchema)
  if (manifest.version <= MODEL_FILE_VERSION) return manifest
  throw new OrganMosaicError(
    'invalid-file',
    `${path} is of a newer OrganMosaic (${manifest.software}); update this one, or export it again from there.`,
  )
}

/** What its networks take, and what the images are that they are given, are in two files. */
function refuseOtherPlan(path: string, { datasets }: TrainJob, { normalisations }: Plan): void {
  const [{ channels }] = datasets
  if (channels.length === normalisations.length && datasets.every((other) => sameChannels(channels, other.channels)))
    return
  const count = `${normalisations.length} ${normalisations.length === 1 ? 'channel' : 'channels'}`
  throw new OrganMosaicError(
    'invalid-file',
    `${path} is damaged: its plan takes ${count}, and its datasets have ${channels.length} (${listChannels(channels)}). Export it again.`,
  )
}

async function refuseChanged(path: string, unpacked: string, { files }: ModelManifest): Promise<void> {
  for (const [name, hash] of Object.entries(files)) {
    const file = join(unpacked, name)
    if (existsSync(file) && (await hashFile(file)) === hash) continue
    throw new OrganMosaicError('invalid-file', `${path} is damaged: ${name} is not what was written. Copy it again.`)
  }
}
