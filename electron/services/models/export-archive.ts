// A run's models as one file for another workstation.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { MODEL_FILE_VERSION, type ExportedModel, type ModelManifest } from '../../../contract/model-file.ts'
import { folderOfStage, modelCount, plannedStages } from '../../../contract/planned-stages.ts'
import { hashFile } from '../../../trainer/imaging/hash.ts'
import { readJournal } from '../../../trainer/job-folder/read-journal.ts'
import { jobVersions } from '../runs/job-versions.ts'
import { findTrainedModels } from '../runs/trained-models.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { anonymousJob, anonymousJournal } from './anonymous-run.ts'
import { writeTarGz, type TarContent } from './write-tar.ts'

/**
 * @param path absolute
 * @throws OrganMosaicError as findTrainedModels
 */
export async function exportArchive(workspace: Workspace, run: string, path: string): Promise<ExportedModel> {
  const { job, folder } = findTrainedModels(workspace, { run })
  const stages = plannedStages(job.stages)
  const files = new Map<string, TarContent>([
    ['run/run.json', asJson(anonymousJob(job))],
    ['run/events.jsonl', Buffer.from(anonymousJournal(readJournal(folder).events))],
  ])
  const add = (name: string, from = folder): void => {
    if (existsSync(join(from, name))) files.set(`run/${name}`, { path: join(from, name) })
  }
  add('plan.json')
  add('post-processing.json')
  for (const name of calibrations(folder)) add(name)
  for (const stage of stages) {
    for (let model = 1; model <= modelCount(stage, job.datasets.length); model++) {
      add(`checkpoints/stage${stage}-model${model}.safetensors`, folderOfStage(job, folder, stage))
    }
  }
  const manifest: ModelManifest = {
    format: 'organ-mosaic-model',
    version: MODEL_FILE_VERSION,
    run: job.name,
    createdAt: job.createdAt,
    software: `OrganMosaic ${jobVersions()['organ-mosaic']}`,
    files: {},
  }
  for (const [name, content] of files) manifest.files[name] = await hashOf(content)
  await writeTarGz(path, new Map([['model.json', asJson(manifest)], ...files]))
  return { run: job.name, format: 'archive', path, bytes: statSync(path).size, stages }
}

/** How sure each model's probabilities are, of every version of the pseudo labels. */
const calibrations = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.startsWith('pseudo-labels') && name.endsWith('calibration.json'))

const asJson = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

const hashOf = (content: TarContent): string | Promise<string> =>
  Buffer.isBuffer(content) ? createHash('sha256').update(content).digest('hex') : hashFile(content.path)
